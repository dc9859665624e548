using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>32 threads in lock-step. Threads that take different ways at a branch run one way after the other and meet at its post-dominator.</summary>
public sealed class Warp(Machine machine, int number)
{
    private const int Ended = -1;

    private readonly List<Entry> _stack = [];

    public int Number { get; } = number;

    /// <summary>Warp barriers passed.</summary>
    public int Epoch { get; private set; }

    public List<Lane> Lanes { get; } = [];

    /// <summary>The barrier at which the warp waits; null if it does not.</summary>
    public int? WaitsAt { get; set; }

    public bool HasEnded => _stack.Count == 0;

    private uint Alive => Lanes.Where(lane => !lane.HasEnded).Aggregate(0u, (mask, lane) => mask | (1u << lane.LaneNumber));

    public void Begin() => _stack.Add(new Entry(0, Ended, Alive));

    /// <summary>Runs to the next barrier of the block or to the end.</summary>
    public void Run()
    {
        while (_stack.Count > 0 && WaitsAt is null)
        {
            Entry top = _stack[^1];
            if (top.Mask == 0 || top.At == top.Meets || top.At >= machine.Program.Statements.Count)
            {
                if (top.Mask != 0 && top.At != top.Meets)
                {
                    End(top.Mask);
                }

                _stack.RemoveAt(_stack.Count - 1);
                continue;
            }

            if (machine.Runs?[top.At] is { } run)
            {
                machine.CountStep(run.Length);
                _stack[^1] = top with { At = top.At + run.Length };
                for (uint rest = top.Mask; rest != 0; rest &= rest - 1)
                {
                    run.Step(Lanes[BitOperations.TrailingZeroCount(rest)]);
                }

                continue;
            }

            machine.CountStep();
            if (machine.Kinds[top.At] == StatementKind.Own && machine.Guards[top.At] is null)
            {
                Step(top, top.Mask);
            }
            else
            {
                Execute(top, machine.Program.Statements[top.At]);
            }
        }
    }

    private void Execute(Entry top, Statement statement)
    {
        uint active = Guarded(top, statement);
        StatementKind kind = machine.Kinds[top.At];
        if (kind == StatementKind.Branch)
        {
            Branch(top, statement, active);
            return;
        }

        if (kind == StatementKind.Own)
        {
            Step(top, active);
            return;
        }

        _stack[^1] = top with { At = top.At + 1 };
        switch (kind)
        {
            case StatementKind.End:
                End(active);
                break;
            case StatementKind.Barrier:
                Barrier(statement, top, active);
                break;
            case StatementKind.Shuffle:
                RequireAll(statement, active);
                machine.Exchange.Shuffle(this, statement, active);
                break;
            case StatementKind.Vote:
                RequireAll(statement, active);
                machine.Exchange.Vote(this, statement, active);
                break;
            case StatementKind.MultiplyMatrix:
                RequireAll(statement, active);
                machine.Matrices.Multiply(this, statement);
                break;
            default:
                RequireAll(statement, active);
                machine.Matrices.Load(this, statement);
                break;
        }
    }

    private void Step(Entry top, uint active)
    {
        _stack[^1] = top with { At = top.At + 1 };
        LaneStep step = machine.Steps[top.At];
        for (uint rest = active; rest != 0; rest &= rest - 1)
        {
            step(Lanes[BitOperations.TrailingZeroCount(rest)]);
        }
    }

    private uint Guarded(Entry top, Statement statement)
    {
        if (statement.Guard is null)
        {
            return top.Mask;
        }

        Func<Lane, ulong> guard = machine.Guards[top.At]!;
        uint active = 0;
        for (uint rest = top.Mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            active |= (guard(Lanes[lane]) != 0) != statement.GuardNegated ? 1u << lane : 0;
        }

        return active;
    }

    private void Branch(Entry top, Statement statement, uint taken)
    {
        int target = machine.Program.Labels[statement.Operands[0]];
        uint rest = top.Mask & ~taken;
        if (taken != 0 && rest != 0 && statement.Parts.Contains("uni"))
        {
            throw new PtxFaultException(FaultKind.BarrierDivergence, $"{statement}: the branch is marked uniform, but threads of a warp take different ways");
        }

        if (taken == 0 || rest == 0)
        {
            _stack[^1] = top with { At = taken == 0 ? top.At + 1 : target };
            return;
        }

        int meets = machine.MeetingPoints[top.At];
        // At the end of the kernel nobody waits for anybody.
        _stack[^1] = top with { At = meets < 0 ? top.Meets : meets };
        if (meets < 0 && top.Meets < 0)
        {
            _stack.RemoveAt(_stack.Count - 1);
        }

        _stack.Add(new Entry(top.At + 1, meets < 0 ? top.Meets : meets, rest));
        _stack.Add(new Entry(target, meets < 0 ? top.Meets : meets, taken));
    }

    private void End(uint mask)
    {
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            Lanes[BitOperations.TrailingZeroCount(rest)].HasEnded = true;
        }

        for (int i = 0; i < _stack.Count; i++)
        {
            _stack[i] = _stack[i] with { Mask = _stack[i].Mask & ~mask };
        }
    }

    private void Barrier(Statement statement, Entry top, uint active)
    {
        if (statement.Parts.Contains("warp"))
        {
            RequireAll(statement, active);
            Epoch++;
            return;
        }

        if (active != Alive)
        {
            throw new PtxFaultException(FaultKind.BarrierDivergence, $"{statement}: {BitOperations.PopCount(active)} of {BitOperations.PopCount(Alive)} threads of warp {Number} come here together");
        }

        WaitsAt = top.At;
    }

    private void RequireAll(Statement statement, uint active)
    {
        if (active != Alive)
        {
            throw new PtxFaultException(FaultKind.InactiveLane, $"{statement}: {BitOperations.PopCount(active)} of {BitOperations.PopCount(Alive)} threads of warp {Number} take part");
        }
    }

    /// <summary>Threads on one way: where they are, where they meet the others, who they are.</summary>
    private readonly record struct Entry(int At, int Meets, uint Mask);
}
