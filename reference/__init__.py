"""The lab's own side: its data, its solution, its oracle. Nothing here is ever given to students."""
