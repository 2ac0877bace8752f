"""The catalogue: what Moodle's courses and quizzes mean, and which of them nobody has said."""
