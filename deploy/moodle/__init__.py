"""Our Moodle plugin, as it is shipped with the connector: see build_zip.

Installed as connector.moodle_plugin, so that the wizard can offer the plugin wherever it runs.
"""
