"""The commands, one file each: parse, call one workflow, print."""
