<?php
// This file is part of local_municipal, a plugin for Moodle - https://moodle.org/
//
// It is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// It is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

/**
 * Strings of the plugin.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$string['action_again'] = 'Отправить снова отложенное';
$string['action_resume'] = 'Попробовать сейчас';
$string['action_test'] = 'Проверить связь';
$string['again_done'] = 'Возвращено в очередь: {$a}.';
$string['alarm_subject'] = 'Муниципальный коннектор: отправка';
$string['alertafter'] = 'Написать администраторам через';
$string['alertafter_desc'] = 'Сколько времени может ничего не доходить, прежде чем об этом узнают администраторы сайта. Им пишут раз в день и ещё раз, когда отправка восстановится.';
$string['categories'] = 'Категории курсов';
$string['categories_desc'] = 'Сообщается только о курсах этих категорий и вложенных в них. Если не выбрано ничего и курсы не названы — обо всех курсах.';
$string['check_delivery'] = 'Отправка в муниципальный коннектор';
$string['check_ok'] = 'Всё доходит. Ждёт отправки: {$a}.';
$string['column_event'] = 'Событие';
$string['column_fault'] = 'Почему';
$string['column_type'] = 'Вид';
$string['connect_intro'] = 'Когда в коннекторе заводят источник, он выдаёт текст настроек: адрес и секрет. Вставьте этот текст сюда целиком — связь проверится сразу.';
$string['connect_save'] = 'Подключить и проверить';
$string['connect_text'] = 'Текст настроек';
$string['connected'] = 'Подключено: коннектор ответил.';
$string['connected_not'] = 'Настройки сохранены, но коннектор не принял пробное сообщение: {$a}';
$string['connection_desc'] = 'Адрес и секрет задаются на странице <a href="{$a}">«Подключение»</a>.';
$string['courses'] = 'Курсы';
$string['courses_desc'] = 'Номера курсов, о которых сообщается помимо категорий, через запятую или пробел. Номер виден в адресе курса: course/view.php?id=7.';
$string['endpoint'] = 'Адрес коннектора';
$string['fault_401'] = 'Коннектор не принимает подпись (401): секрет другой или часы серверов расходятся больше чем на пять минут.';
$string['fault_410'] = 'Коннектор отвечает, что больше ничего отсюда не принимает (410).';
$string['fault_endpoint'] = 'В тексте нет адреса коннектора: строки endpoint = https://…/hooks/….';
$string['fault_none'] = 'Нет связи: {$a->detail}.';
$string['fault_other'] = 'По этому адресу отвечает ({$a->status}) не коннектор.';
$string['fault_redirect'] = 'Адрес перенаправляет ({$a->status}), а по перенаправлениям отправка не идёт. Нужен окончательный адрес.';
$string['fault_secret'] = 'В тексте нет секрета коннектора: строки secret = whsec_….';
$string['fault_status'] = 'Коннектор отвечает {$a->status}.';
$string['fault_too_large'] = 'Событие больше, чем принимает коннектор.';
$string['figure_fault'] = 'Что не так';
$string['figure_next'] = 'Следующая попытка';
$string['figure_oldest'] = 'Самое старое ждёт с';
$string['figure_queued'] = 'Предстоит прочитать';
$string['figure_refused'] = 'Отложено';
$string['figure_success'] = 'Принято последний раз';
$string['figure_waiting'] = 'Ждёт отправки';
$string['history'] = 'История';
$string['history_done'] = 'Всё, что произошло с {$a}, ставится в очередь.';
$string['history_intro'] = 'Отправляет ещё раз всё, что произошло с указанного дня: завершённые попытки, пройденные курсы и элементы. Дважды ничего не засчитывается.';
$string['history_send'] = 'Отправить историю';
$string['history_since'] = 'С какого дня';
$string['keepdays'] = 'Хранить принятое';
$string['keepdays_desc'] = 'Через сколько дней принятые события удаляются отсюда.';
$string['messageprovider:trouble'] = 'События не доходят до муниципального коннектора';
$string['municipal:manage'] = 'Отправлять снова, отправлять историю, проверять связь';
$string['municipal:view'] = 'Видеть, что ждёт отправки';
$string['page_connect'] = 'Подключение';
$string['page_settings'] = 'Настройки';
$string['page_status'] = 'Что ждёт и что отправлено';
$string['pluginname'] = 'Муниципальный коннектор';
$string['privacy:metadata:body'] = 'Событие в том виде, в каком оно отправляется';
$string['privacy:metadata:connector'] = 'Коннектор муниципальной методической службы получает результаты и сведения о прохождении, чтобы находить профессиональные дефициты и следить за индивидуальными маршрутами.';
$string['privacy:metadata:connector:attempts'] = 'Попытки тестов: время, оценка, баллы за вопросы';
$string['privacy:metadata:connector:completions'] = 'Пройденные курсы и элементы, со временем';
$string['privacy:metadata:connector:email'] = 'Адрес электронной почты';
$string['privacy:metadata:connector:id'] = 'Номер учётной записи';
$string['privacy:metadata:connector:idnumber'] = 'Индивидуальный номер (табельный)';
$string['privacy:metadata:courseid'] = 'Курс, о котором речь';
$string['privacy:metadata:eventid'] = 'Номер события';
$string['privacy:metadata:happenedat'] = 'Когда это произошло';
$string['privacy:metadata:itemid'] = 'Попытка, курс или элемент, о котором речь';
$string['privacy:metadata:kind'] = 'О чём речь: попытка, прохождение, учётная запись';
$string['privacy:metadata:local_municipal_outbox'] = 'События, которые ждут отправки или недавно отправлены';
$string['privacy:metadata:local_municipal_queue'] = 'Что могло измениться и ждёт прочтения';
$string['privacy:metadata:local_municipal_state'] = 'Что было сообщено последним, чтобы находить отмены';
$string['privacy:metadata:occurredat'] = 'Когда Moodle пришёл в это состояние';
$string['privacy:metadata:says'] = 'Сообщено как факт или как отмена';
$string['privacy:metadata:status'] = 'Ждёт, отправлено или отложено';
$string['privacy:metadata:timecreated'] = 'Когда записано';
$string['privacy:metadata:timemodified'] = 'Когда записано последний раз';
$string['privacy:metadata:timesent'] = 'Когда принято';
$string['privacy:metadata:type'] = 'Вид события';
$string['privacy:metadata:userid'] = 'О ком речь';
$string['prompt'] = 'Отправлять сразу';
$string['prompt_desc'] = 'Просить планировщик отправить при первой возможности, а не только в следующую минуту. Учащемуся это стоит около миллисекунды.';
$string['resume_done'] = 'Следующий запуск планировщика попробует снова.';
$string['status_refused'] = 'отложено';
$string['status_unread'] = 'не удалось прочитать';
$string['status_waiting'] = 'ждёт';
$string['task_compare'] = 'Найти сообщённое, что больше не так';
$string['task_send'] = 'Отправить в муниципальный коннектор';
$string['task_tend'] = 'Найти несообщённое, удалить принятое';
$string['test_ok'] = 'Коннектор ответил.';
$string['trouble_aside'] = 'Некоторые события отложены; причины — на странице плагина.';
$string['trouble_failing'] = 'До коннектора ничего не доходит. {$a->fault} Ждёт отправки: {$a->waiting}. Ничего не потеряно: попытки продолжаются.';
$string['trouble_over'] = 'События снова доходят до коннектора. Ждёт отправки: {$a->waiting}.';
$string['trouble_stopped'] = 'Коннектор больше ничего не принимает от этого сайта (410), поэтому отправка остановлена. Ждёт: {$a->waiting}. Спросите тех, кто ведёт коннектор, затем нажмите «Попробовать сейчас» или подключитесь заново.';
$string['trouble_stuck'] = 'События ждут слишком долго ({$a->waiting}): работает ли планировщик (cron)?';
$string['trouble_trying'] = 'Сейчас ничего не доходит. {$a->fault} Ждёт отправки: {$a->waiting}. Попытки продолжаются.';
$string['trouble_unconnected'] = 'Ещё не подключено: вставьте текст настроек коннектора на странице «Подключение».';
$string['waiting'] = 'Ещё не отправлено';
$string['waiting_nothing'] = 'Ничего не ждёт.';
