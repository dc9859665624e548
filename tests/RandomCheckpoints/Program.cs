return DreamFusion.RandomCheckpoints.RandomCheckpointCommand.Run(args);
