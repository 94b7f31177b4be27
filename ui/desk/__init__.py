"""The desk: the sound of the kit and the stems, to be turned on the stage window while the show goes on."""
