using System;
using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Runtime.CPU.Compiled;

/// <summary>
/// The code of a kernel cut at the places where threads meet. A region is what a thread runs from the kernel's start, or from a meeting, to the next meetings or the
/// end (Stratton, Stone, Hwu 2008, "MCUDA"; here regions are found by reachability, so loops that hold barriers need no special care).
/// </summary>
internal sealed class SegmentGraph
{
    private readonly Dictionary<BasicBlock, Segment> _first = [];

    private SegmentGraph()
    {
    }

    /// <summary>All segments, in the order of the code.</summary>
    public List<Segment> Segments { get; } = [];

    /// <summary>Where each region starts; region 0 is the start of the kernel.</summary>
    public List<Segment> Entries { get; } = [];

    /// <summary>The meeting before each region but the first.</summary>
    public List<Meeting> Meetings { get; } = [];

    /// <summary>Registers with the same value in all threads of a group, which each region computes before its threads, and what defines them.</summary>
    public Dictionary<Register, PtxInstruction> Invariants { get; } = [];

    /// <summary>Registers that hold a thread's place in its group.</summary>
    public Dictionary<Register, PtxInstruction> Places { get; } = [];

    /// <summary>Cuts a kernel.</summary>
    /// <exception cref="NotSupportedException">It uses an operation without a counterpart on the CPU.</exception>
    public static SegmentGraph Of(KernelCode code)
    {
        var graph = new SegmentGraph();
        graph.Cut(code);
        graph.FindInvariants(code);
        graph.FindNeeded();
        return graph;
    }

    /// <summary>The segments of a region, its entry first.</summary>
    public static List<Segment> Reached(Segment entry)
    {
        List<Segment> reached = [];
        HashSet<Segment> seen = [entry];
        var open = new Stack<Segment>([entry]);
        while (open.TryPop(out Segment? segment))
        {
            reached.Add(segment);
            foreach (Segment successor in segment.Successors.Where(seen.Add))
            {
                open.Push(successor);
            }
        }

        return reached;
    }

    private void Cut(KernelCode code)
    {
        foreach (BasicBlock block in code.Blocks)
        {
            _first.Add(block, new Segment(_first.Count));
        }

        int number = _first.Count;
        Entries.Add(_first[code.Entry]);
        foreach (BasicBlock block in code.Blocks)
        {
            Segment at = _first[block];
            Segments.Add(at);
            foreach (PtxInstruction instruction in block.Instructions)
            {
                if (Meeting.Of(instruction) is not { } meeting)
                {
                    at.Instructions.Add(instruction);
                    continue;
                }

                var after = new Segment(number++) { Opening = instruction };
                at.Closing = instruction;
                at.Next = after;
                at.Resume = Entries.Count;
                Entries.Add(after);
                Meetings.Add(meeting);
                Segments.Add(after);
                at = after;
            }

            at.Condition = block.Condition;
            at.Taken = block.Taken is null ? null : _first[block.Taken];
            at.Next = block.Next is null ? null : _first[block.Next];
        }
    }

    // Parameters, the place of the group, and what follows from them without a trap.
    private void FindInvariants(KernelCode code)
    {
        ILookup<Register, PtxInstruction> definitions = code.Instructions.Where(instruction => instruction.Result is not null).ToLookup(instruction => instruction.Result!);
        foreach (PtxInstruction instruction in code.Instructions)
        {
            // In the order of the code a definition comes before its uses, but for variables.
            if (instruction.Result is not { IsVariable: false } result || definitions[result].Count() > 1)
            {
                continue;
            }

            if (instruction.Operation == Operation.SpecialRegister && (instruction.Name == "laneid" || instruction.Name!.StartsWith("tid.", StringComparison.Ordinal)))
            {
                Places.Add(result, instruction);
            }
            else if (instruction.Operation is Operation.LoadParameter or Operation.SpecialRegister || (IsHarmless(instruction) && instruction.Sources.All(IsInvariant)))
            {
                Invariants.Add(result, instruction);
            }
        }
    }

    private bool IsInvariant(Operand operand) => operand switch
    {
        Constant => true,
        ArrayAddress address => address.Array.Space == AddressSpace.Shared,
        Register register => Invariants.ContainsKey(register),
        _ => false,
    };

    private static bool IsHarmless(PtxInstruction instruction)
        => instruction.IsPure && instruction.Operation != Operation.HostCall && !(instruction.Operation is Operation.Div or Operation.Rem or Operation.Abs && !instruction.Type.IsFloat());

    /// <summary>True for a register that each region can make itself.</summary>
    public bool IsMadeAnew(Register register) => Invariants.ContainsKey(register) || Places.ContainsKey(register);

    private void FindNeeded()
    {
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int i = Segments.Count - 1; i >= 0; i--)
            {
                changed |= FindNeeded(Segments[i]);
            }
        }
    }

    private bool FindNeeded(Segment segment)
    {
        int known = segment.Needed.Count;
        HashSet<Register> needed = [.. segment.Closing is null ? segment.Successors.SelectMany(successor => successor.Needed) : segment.Next!.Needed];
        void Read(Operand? operand)
        {
            if (operand is Register register && !IsMadeAnew(register))
            {
                needed.Add(register);
            }
        }

        Read(segment.Condition);
        foreach (Operand source in segment.Closing?.Sources ?? [])
        {
            Read(source);
        }

        for (int i = segment.Instructions.Count - 1; i >= 0; i--)
        {
            PtxInstruction instruction = segment.Instructions[i];
            if (instruction.Result is { } result)
            {
                needed.Remove(result);
            }

            if (instruction.Result is { } made && IsMadeAnew(made))
            {
                continue;
            }

            foreach (Operand source in instruction.Sources)
            {
                Read(source);
            }
        }

        if (segment.Opening?.Result is { } given)
        {
            needed.Remove(given);
        }

        segment.Needed.UnionWith(needed);
        return segment.Needed.Count > known;
    }
}
