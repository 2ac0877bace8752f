"""The examination behind `connector doctor`: each module looks at one side, and changes nothing."""
