using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Runs a program over a grid, one block after the other.</summary>
public sealed class Machine
{
    private const int WarpSize = 32;

    private static int _launches;

    private readonly DeviceMemory _memory;

    // Threads of the block that runs: blocks run one after the other and use the same ones.
    private readonly List<Lane> _lanes = [];
    private long _steps;
    private int _launch;

    public Machine(PtxProgram program, DeviceMemory memory, byte[] parameters)
    {
        if (parameters.Length < program.ParameterBytes)
        {
            throw new PtxFaultException(FaultKind.OutOfBounds, $"the entry point takes {program.ParameterBytes} bytes of parameters, {parameters.Length} were given");
        }

        Program = program;
        _memory = memory;
        var compiler = new StatementCompiler(program, new MemoryAccess(memory), parameters);
        var operands = new OperandReader(program);
        Steps = [.. program.Statements.Select(statement => StatementCompiler.IsCollective(statement) ? _ => { } : compiler.Compile(statement))];
        Guards = [.. program.Statements.Select(statement => statement.Guard is null ? null : operands.Value(statement.Guard, "pred", statement))];
        Kinds = [.. program.Statements.Select(StatementCompiler.KindOf)];
        MeetingPoints = ControlFlow.MeetingPoints(program);
        Exchange = new WarpExchange(program);
        Matrices = new WarpMatrices(program, new MemoryAccess(memory));
    }

    public PtxProgram Program { get; }

    public LaneStep[] Steps { get; }

    public Func<Lane, ulong>?[] Guards { get; }

    public StatementKind[] Kinds { get; }

    public Dictionary<int, int> MeetingPoints { get; }

    public WarpExchange Exchange { get; }

    public WarpMatrices Matrices { get; }

    /// <summary>Statements that warps may run before the program counts as endless.</summary>
    public long MaximumSteps { get; init; } = 200_000_000;

    /// <summary>Runs blocks and warps from the last one on: what depends on their order then shows.</summary>
    public bool IsReversed { get; init; }

    public void Launch((int X, int Y, int Z) grid, (int X, int Y, int Z) block, int dynamicSharedBytes = 0)
    {
        _memory.BeginLaunch();
        _steps = 0;
        _launch = Interlocked.Increment(ref _launches);
        for (int z = 0; z < grid.Z; z++)
        {
            for (int y = 0; y < grid.Y; y++)
            {
                for (int x = 0; x < grid.X; x++)
                {
                    (int X, int Y, int Z) index = IsReversed ? (grid.X - 1 - x, grid.Y - 1 - y, grid.Z - 1 - z) : (x, y, z);
                    RunBlock(index, grid, block, dynamicSharedBytes);
                }
            }
        }
    }

    public void CountStep()
    {
        if (++_steps > MaximumSteps)
        {
            throw new PtxFaultException(FaultKind.EndlessLoop, $"{MaximumSteps} statements were run without an end");
        }
    }

    private void RunBlock((int X, int Y, int Z) index, (int X, int Y, int Z) grid, (int X, int Y, int Z) size, int dynamicSharedBytes)
    {
        int sharedBytes = Program.SharedBytes + dynamicSharedBytes;
        var block = new Block
        {
            Index = index,
            Size = size,
            GridSize = grid,
            DynamicSharedBytes = dynamicSharedBytes,
            Launch = _launch,
            Shared = new Scratch(sharedBytes) { Log = new AccessLog(sharedBytes) },
        };
        List<Warp> warps = [];
        for (int first = 0; first < block.ThreadCount; first += WarpSize)
        {
            var warp = new Warp(this, warps.Count);
            for (int thread = first; thread < Math.Min(first + WarpSize, block.ThreadCount); thread++)
            {
                if (thread == _lanes.Count)
                {
                    _lanes.Add(new Lane(thread, Program));
                }

                _lanes[thread].Begin(block, warp);
                warp.Lanes.Add(_lanes[thread]);
            }

            warp.Begin();
            warps.Add(warp);
        }

        if (IsReversed)
        {
            warps.Reverse();
        }

        while (warps.Exists(warp => !warp.HasEnded))
        {
            warps.ForEach(warp => warp.Run());
            PassBarrier(block, warps);
        }
    }

    private void PassBarrier(Block block, List<Warp> warps)
    {
        Warp[] waiting = [.. warps.Where(warp => warp.WaitsAt is not null)];
        if (waiting.Length == 0)
        {
            return;
        }

        int ended = warps.Sum(warp => warp.Lanes.Count(lane => lane.HasEnded));
        int place = waiting[0].WaitsAt!.Value;
        Statement statement = Program.Statements[place];
        if (ended > 0)
        {
            throw new PtxFaultException(FaultKind.BarrierDivergence, $"{statement}: {ended} threads of the block have ended and never come here");
        }

        if (Array.Find(waiting, warp => warp.WaitsAt != place) is { } other)
        {
            throw new PtxFaultException(FaultKind.BarrierDivergence, $"{statement}: warp {other.Number} waits at {Program.Statements[other.WaitsAt!.Value]}");
        }

        if (statement.Parts.Contains("red"))
        {
            Reduce(statement, warps);
        }

        block.Epoch++;
        Array.ForEach(waiting, warp => warp.WaitsAt = null);
    }

    // bar.red.popc.u32 d, 0, p
    private void Reduce(Statement statement, List<Warp> warps)
    {
        var operands = new OperandReader(Program);
        RegisterInfo result = operands.Register(statement.Operands[0], statement);
        Func<Lane, ulong> predicate = operands.Value(statement.Operands[2], "pred", statement);
        Lane[] lanes = [.. warps.SelectMany(warp => warp.Lanes)];
        ulong count = (ulong)lanes.Count(lane => predicate(lane) != 0);
        foreach (Lane lane in lanes)
        {
            lane.Registers[result.Index] = count;
            lane.IsDefined[result.Index] = true;
        }
    }
}
