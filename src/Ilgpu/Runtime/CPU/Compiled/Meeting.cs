using System;
using ILGPU.Ptx.Code;

namespace ILGPU.Runtime.CPU.Compiled;

/// <summary>A place where threads wait for each other.</summary>
/// <param name="Name">For messages; threads that meet must name the same.</param>
/// <param name="IsOfWarp">True if the threads of a warp meet, false for those of the group.</param>
/// <param name="Operation">Barrier, BarrierReduce, WarpBarrier, Shuffle or Ballot.</param>
/// <param name="Mode">How a shuffle finds its source; empty otherwise.</param>
internal sealed record Meeting(string Name, bool IsOfWarp, Operation Operation, string Mode)
{
    private const string GroupMode = "group";

    /// <summary>The meeting of an instruction, or null if it is not one.</summary>
    public static Meeting? Of(PtxInstruction instruction) => instruction.Operation switch
    {
        Operation.Barrier => new Meeting("Group.Barrier", false, Operation.Barrier, string.Empty),
        Operation.BarrierReduce => new Meeting("Group.BarrierPopCount", false, Operation.BarrierReduce, string.Empty),
        Operation.WarpBarrier => new Meeting("Warp.Barrier", true, Operation.WarpBarrier, string.Empty),
        Operation.Ballot => new Meeting("Warp ballot", true, Operation.Ballot, string.Empty),
        Operation.Shuffle when instruction.Name == GroupMode => new Meeting("Group.Broadcast", false, Operation.Shuffle, GroupMode),
        Operation.Shuffle => new Meeting(ShuffleName(instruction.Name!), true, Operation.Shuffle, instruction.Name!),
        _ => null,
    };

    private static string ShuffleName(string mode) => mode switch
    {
        "down" => "Warp.ShuffleDown",
        "up" => "Warp.ShuffleUp",
        "bfly" => "Warp.ShuffleXor",
        "idx" => "Warp.Shuffle",
        _ => throw new NotSupportedException($"a shuffle '{mode}' has no counterpart on the CPU"),
    };
}
