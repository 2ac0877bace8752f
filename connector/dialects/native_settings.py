"""The text that connects our Moodle plugin: made here, pasted whole there.

The plugin's side of it is deploy/moodle/municipal/classes/wire/connection.php.
"""


def settings_text(endpoint: str, secret: str) -> str:
    """endpoint: the whole address to post to. secret: `whsec_…`; whoever has the text has it."""
    return (
        "# Moodle: Site administration > Plugins > Local plugins > Municipal connector > Connect\n"
        f"endpoint = {endpoint}\n"
        f"secret = {secret}\n"
    )
