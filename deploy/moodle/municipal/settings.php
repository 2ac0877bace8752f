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
 * Settings and the pages of the plugin.
 *
 * @package    local_municipal
 * @copyright  2026 the authors of connector-moodle
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$ADMIN->add('localplugins', new admin_category('local_municipal_pages', get_string('pluginname', 'local_municipal')));
$ADMIN->add('local_municipal_pages', new admin_externalpage(
    'local_municipal_status',
    get_string('page_status', 'local_municipal'),
    new moodle_url('/local/municipal/index.php'),
    'local/municipal:view'
));
$ADMIN->add('local_municipal_pages', new admin_externalpage(
    'local_municipal_connect',
    get_string('page_connect', 'local_municipal'),
    new moodle_url('/local/municipal/connect.php'),
    'moodle/site:config'
));

if ($hassiteconfig) {
    $settings = new admin_settingpage('local_municipal', get_string('page_settings', 'local_municipal'));
    $ADMIN->add('local_municipal_pages', $settings);
    if ($ADMIN->fulltree) {
        $settings->add(new admin_setting_heading(
            'local_municipal/connection',
            '',
            get_string('connection_desc', 'local_municipal', (new moodle_url('/local/municipal/connect.php'))->out())
        ));
        $settings->add(new admin_setting_configmultiselect(
            'local_municipal/categories',
            get_string('categories', 'local_municipal'),
            get_string('categories_desc', 'local_municipal'),
            [],
            core_course_category::make_categories_list()
        ));
        $settings->add(new admin_setting_configtextarea(
            'local_municipal/courses',
            get_string('courses', 'local_municipal'),
            get_string('courses_desc', 'local_municipal'),
            '',
            '/^[0-9,;\s]*$/',
            60,
            3
        ));
        $settings->add(new admin_setting_configcheckbox(
            'local_municipal/prompt',
            get_string('prompt', 'local_municipal'),
            get_string('prompt_desc', 'local_municipal'),
            1
        ));
        $settings->add(new admin_setting_configduration(
            'local_municipal/alertafter',
            get_string('alertafter', 'local_municipal'),
            get_string('alertafter_desc', 'local_municipal'),
            HOURSECS
        ));
        $settings->add(new admin_setting_configtext(
            'local_municipal/keepdays',
            get_string('keepdays', 'local_municipal'),
            get_string('keepdays_desc', 'local_municipal'),
            14,
            PARAM_INT
        ));
    }
    // The page is added above, in a category of its own.
    $settings = null;
}
