using DreamFusion.Pipeline.Training;

namespace DreamFusion.Pipeline.Tests.Training;

/// <summary>An observer that shows nothing.</summary>
internal sealed class SilentObserver : ITrainingObserver
{
    public void Started(string runFolder, int iters)
    {
    }

    public void PhaseChanged(TrainingPhase phase)
    {
    }

    public void StepDone(StepReport report)
    {
    }

    public void FileWritten(string path)
    {
    }

    public void Note(string message)
    {
    }
}
