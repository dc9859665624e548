namespace DreamFusion.Kernels.Device;

/// <summary>
/// The host twin of a launch: independent items, each of which writes memory of its own. Its loops are compiled with full optimisation at
/// the first call (AggressiveOptimization): unoptimised vector code is a hundred times slower, and a step calls it too rarely for the
/// runtime to notice soon. They are not inlined either: inside a caller that was compiled with a profile of its own they come out up to three times slower.
/// </summary>
internal unsafe interface IHostWork
{
    /// <summary>Runs one item.</summary>
    /// <param name="item">Item, 0 to the item count - 1. Which thread runs it must not show in the result.</param>
    /// <param name="scratch">Memory of this thread, 64-byte aligned, undefined contents.</param>
    void Run(int item, float* scratch);
}
