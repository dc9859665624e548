using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Runs a program over a grid, one block after the other.</summary>
public sealed class Machine
{
    private const int WarpSize = 32;

    private static int _launches;

    private readonly DeviceMemory _memory;
    private readonly bool _tracksUses;
    private readonly RunState _state;
    private LaneStep? _thread;

    // Threads of the block that runs: blocks run one after the other and use the same ones.
    private readonly List<Lane> _lanes = [];
    private long _steps;
    private int _launch;

    /// <param name="program">Program.</param>
    /// <param name="memory">Global memory.</param>
    /// <param name="parameters">Parameters of the launch.</param>
    /// <param name="tracksUses">Whether races and registers without a value are looked for, which takes most of the time.</param>
    public Machine(PtxProgram program, DeviceMemory memory, byte[] parameters, bool tracksUses = true)
    {
        if (parameters.Length < program.ParameterBytes)
        {
            throw new PtxFaultException(FaultKind.OutOfBounds, $"the entry point takes {program.ParameterBytes} bytes of parameters, {parameters.Length} were given");
        }

        Program = program;
        _memory = memory;
        _tracksUses = tracksUses;
        var access = new MemoryAccess(memory, tracksUses);
        var compiler = new StatementCompiler(program, access, parameters);
        var operands = new OperandReader(program);
        Steps = [.. program.Statements.Select(statement => StatementCompiler.IsCollective(statement) ? _ => { } : compiler.Compile(statement))];
        Guards = [.. program.Statements.Select(statement => statement.Guard is null ? null : operands.Value(statement.Guard, "pred", statement))];
        Kinds = [.. program.Statements.Select(StatementCompiler.KindOf)];
        _state = new RunState(Steps, access, [.. program.Statements], parameters);
        Exchange = new WarpExchange(program);
        Matrices = new WarpMatrices(program, access);
    }

    public PtxProgram Program { get; }

    public LaneStep[] Steps { get; }

    public Func<Lane, ulong>?[] Guards { get; }

    public StatementKind[] Kinds { get; }

    public Dictionary<int, int> MeetingPoints => field ??= ControlFlow.MeetingPoints(Program);

    /// <summary>Compiled runs by their first statement; null where nothing is compiled.</summary>
    public StraightRun?[]? Runs { get; private set; }

    public WarpExchange Exchange { get; }

    public WarpMatrices Matrices { get; }

    /// <summary>Statements that warps may run before the program counts as endless.</summary>
    public long MaximumSteps { get; init; } = 200_000_000;

    /// <summary>Runs blocks and warps from the last one on: what depends on their order then shows.</summary>
    public bool IsReversed { get; init; }

    /// <summary>The program as .NET code, for <see cref="Use"/>.</summary>
    public CompiledCode Compile() => CompiledCode.Compile(Program, () => MeetingPoints.Values.Concat(MeetingPoints.Keys.Select(at => at + 1)));

    /// <summary>Whether what runs is compiled.</summary>
    public bool IsCompiled => _thread is not null || Runs is not null;

    /// <summary>Runs compiled from now on; uses must not be tracked.</summary>
    public void Use(CompiledCode code)
    {
        _thread = code.Thread(_state);
        Runs = code.Runs(_state) is { Length: > 0 } runs ? runs : null;
    }

    public void Launch((int X, int Y, int Z) grid, (int X, int Y, int Z) block, int dynamicSharedBytes = 0)
    {
        _memory.BeginLaunch();
        _steps = 0;
        _launch = Interlocked.Increment(ref _launches);
        RunBlocks(grid, block, dynamicSharedBytes, 0, 1);
    }

    /// <summary>Runs a launch on several machines of the same program at once: each takes its share of the blocks.</summary>
    public static void Launch(Machine[] machines, (int X, int Y, int Z) grid, (int X, int Y, int Z) block, int dynamicSharedBytes)
        => Parallel.For(0, machines.Length, i =>
        {
            machines[i]._steps = 0;
            machines[i]._launch = Interlocked.Increment(ref _launches);
            machines[i].RunBlocks(grid, block, dynamicSharedBytes, i, machines.Length);
        });

    private void RunBlocks((int X, int Y, int Z) grid, (int X, int Y, int Z) block, int dynamicSharedBytes, int first, int stride)
    {
        for (int i = first; i < grid.X * grid.Y * grid.Z; i += stride)
        {
            (int x, int y, int z) = (i % grid.X, i / grid.X % grid.Y, i / grid.X / grid.Y);
            (int X, int Y, int Z) index = IsReversed ? (grid.X - 1 - x, grid.Y - 1 - y, grid.Z - 1 - z) : (x, y, z);
            RunBlock(index, grid, block, dynamicSharedBytes);
        }
    }

    public void CountStep(int count = 1)
    {
        _steps += count;
        if (_steps > MaximumSteps)
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
            TracksUses = _tracksUses,
            Shared = new Scratch(sharedBytes) { Log = _tracksUses ? new AccessLog(sharedBytes) : null },
        };
        if (_thread is not null)
        {
            RunThreads(block, _thread);
            return;
        }

        List<Warp> warps = [];
        for (int first = 0; first < block.ThreadCount; first += WarpSize)
        {
            var warp = new Warp(this, warps.Count);
            for (int thread = first; thread < Math.Min(first + WarpSize, block.ThreadCount); thread++)
            {
                warp.Lanes.Add(Begin(thread, block, warp));
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

    // Each from beginning to end; nobody waits for anybody.
    private void RunThreads(Block block, LaneStep run)
    {
        var warp = new Warp(this, 0);
        for (int thread = 0; thread < block.ThreadCount; thread++)
        {
            run(Begin(thread, block, warp));
        }
    }

    private Lane Begin(int thread, Block block, Warp warp)
    {
        if (thread == _lanes.Count)
        {
            _lanes.Add(new Lane(thread, Program));
        }

        _lanes[thread].Begin(block, warp);
        return _lanes[thread];
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
