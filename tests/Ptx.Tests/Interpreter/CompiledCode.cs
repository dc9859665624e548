using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Statements that follow each other without a branch or a label, as one function of a thread.</summary>
/// <param name="Step">Runs them.</param>
/// <param name="Length">How many they are.</param>
public sealed record StraightRun(LaneStep Step, int Length);

/// <summary>
/// A program as .NET code. Where threads only ever work alone, a thread is one function from beginning to end; else the statements between branches and meetings are one
/// each. A thread runs all of a function before the next one does, which no program without races can tell.
/// </summary>
public sealed class CompiledCode
{
    private readonly DynamicMethod? _thread;
    private readonly (DynamicMethod Method, int Length)?[] _runs;

    private CompiledCode(DynamicMethod? thread, (DynamicMethod Method, int Length)?[] runs) => (_thread, _runs) = (thread, runs);

    /// <summary>Compiles a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="meetings">Finds where threads that took different ways may meet.</param>
    public static CompiledCode Compile(PtxProgram program, Func<IEnumerable<int>> meetings)
    {
        StatementKind[] kinds = [.. program.Statements.Select(StatementCompiler.KindOf)];
        return Array.TrueForAll(kinds, kind => kind is StatementKind.Own or StatementKind.Branch or StatementKind.End)
            ? new CompiledCode(Thread(program, kinds), [])
            : new CompiledCode(null, Runs(program, kinds, [.. program.Labels.Values, .. meetings()]));
    }

    /// <summary>All that a thread does; null where threads work together.</summary>
    public LaneStep? Thread(RunState state) => _thread?.CreateDelegate<LaneStep>(state);

    /// <summary>The run that starts at each statement, or null.</summary>
    public StraightRun?[] Runs(RunState state) => [.. _runs.Select(run => run is { } code ? new StraightRun(code.Method.CreateDelegate<LaneStep>(state), code.Length) : null)];

    private static DynamicMethod Method() => new("Run", typeof(void), [typeof(RunState), typeof(Lane)], typeof(CompiledCode).Module, skipVisibility: true);

    private static DynamicMethod Thread(PtxProgram program, StatementKind[] kinds)
    {
        DynamicMethod method = Method();
        ILGenerator il = method.GetILGenerator();
        var emitter = new StatementEmitter(program, il);
        Dictionary<int, Label> labels = program.Labels.Values.Distinct().ToDictionary(at => at, _ => il.DefineLabel());
        emitter.Begin();
        for (int i = 0; i < kinds.Length; i++)
        {
            Statement statement = program.Statements[i];
            if (labels.TryGetValue(i, out Label label))
            {
                il.MarkLabel(label);
            }

            Label? next = null;
            if (statement.Guard is { } guard)
            {
                next = il.DefineLabel();
                emitter.Predicate(guard);
                il.Emit(statement.GuardNegated ? OpCodes.Brtrue : OpCodes.Brfalse, next.Value);
            }

            switch (kinds[i])
            {
                case StatementKind.Branch:
                    il.Emit(OpCodes.Br, labels[program.Labels[statement.Operands[0]]]);
                    break;
                case StatementKind.End:
                    il.Emit(OpCodes.Ret);
                    break;
                default:
                    emitter.Emit(statement, i);
                    break;
            }

            if (next is { } behind)
            {
                il.MarkLabel(behind);
            }
        }

        if (labels.TryGetValue(kinds.Length, out Label end))
        {
            il.MarkLabel(end);
        }

        il.Emit(OpCodes.Ret);
        return method;
    }

    private static (DynamicMethod Method, int Length)?[] Runs(PtxProgram program, StatementKind[] kinds, HashSet<int> starts)
    {
        var runs = new (DynamicMethod Method, int Length)?[kinds.Length];
        for (int first = 0; first < runs.Length; first++)
        {
            int end = first;
            while (end < runs.Length && kinds[end] == StatementKind.Own && program.Statements[end].Guard is null && (end == first || !starts.Contains(end)))
            {
                end++;
            }

            if (end > first)
            {
                DynamicMethod method = Method();
                ILGenerator il = method.GetILGenerator();
                var emitter = new StatementEmitter(program, il);
                emitter.Begin();
                for (int i = first; i < end; i++)
                {
                    emitter.Emit(program.Statements[i], i);
                }

                il.Emit(OpCodes.Ret);
                runs[first] = (method, end - first);
                first = end - 1;
            }
        }

        return runs;
    }
}

/// <summary>What compiled code calls.</summary>
/// <param name="steps">The statements' own functions.</param>
/// <param name="memory">Memory.</param>
/// <param name="statements">For messages.</param>
/// <param name="parameters">Parameters of the launch.</param>
public sealed class RunState(LaneStep[] steps, MemoryAccess memory, Statement[] statements, byte[] parameters)
{
    /// <summary>The statements' own functions.</summary>
    public LaneStep[] Steps { get; } = steps;

    public ulong Parameter4(int at) => Unsafe.ReadUnaligned<uint>(ref parameters[at]);

    public ulong Parameter8(int at) => Unsafe.ReadUnaligned<ulong>(ref parameters[at]);

    public void RequireAligned(Lane lane, int statement, ulong address, int bytes) => MemoryAccess.RequireAligned(lane, address, bytes, statements[statement]);

    public ulong Load4(Lane lane, int statement, ulong address) => memory.LoadGlobal<uint>(lane, address, statements[statement]);

    public ulong Load8(Lane lane, int statement, ulong address) => memory.LoadGlobal<ulong>(lane, address, statements[statement]);

    public void Store4(Lane lane, int statement, ulong address, ulong value) => memory.StoreGlobal(lane, address, (uint)value, statements[statement]);

    public void Store8(Lane lane, int statement, ulong address, ulong value) => memory.StoreGlobal(lane, address, value, statements[statement]);

    public ulong LoadShared(Lane lane, int statement, ulong address) => memory.LoadScratch(lane, lane.Block.Shared, address, statements[statement]);

    public ulong LoadLocal(Lane lane, int statement, ulong address) => memory.LoadScratch(lane, lane.Local, address, statements[statement]);

    public void StoreShared(Lane lane, int statement, ulong address, ulong value) => memory.StoreScratch(lane, lane.Block.Shared, address, (uint)value, statements[statement]);

    public void StoreLocal(Lane lane, int statement, ulong address, ulong value) => memory.StoreScratch(lane, lane.Local, address, (uint)value, statements[statement]);
}
