using System;
using System.Linq;
using System.Numerics;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Instructions by which the threads of a warp exchange values.</summary>
public sealed class WarpExchange(PtxProgram program)
{
    private readonly OperandReader _operands = new(program);

    /// <summary>shfl.sync: d [, p], a, b, c, mask.</summary>
    public void Shuffle(Warp warp, Statement statement, uint active)
    {
        string[] operands = statement.Operands;
        bool hasPredicate = operands.Length == 6;
        int first = hasPredicate ? 2 : 1;
        RegisterInfo result = _operands.Register(operands[0], statement);
        Func<Lane, ulong>[] read = [.. operands.Skip(first).Take(3).Select(operand => _operands.Value(operand, "b32", statement))];
        string mode = statement.Parts.First(part => part is "up" or "down" or "bfly" or "idx");
        ulong[] values = [.. warp.Lanes.Select(lane => (active >> lane.LaneNumber & 1) != 0 ? read[0](lane) : 0)];
        for (uint rest = active; rest != 0; rest &= rest - 1)
        {
            Lane lane = warp.Lanes[BitOperations.TrailingZeroCount(rest)];
            (int source, bool isInside) = Source(mode, lane.LaneNumber, (uint)read[1](lane), (uint)read[2](lane));
            if (source >= warp.Lanes.Count || (active >> source & 1) == 0)
            {
                throw new PtxFaultException(FaultKind.InactiveLane, $"{statement}: {lane} reads lane {source}, which takes no part");
            }

            lane.Registers[result.Index] = values[source];
            lane.IsDefined[result.Index] = true;
            if (hasPredicate)
            {
                RegisterInfo predicate = _operands.Register(operands[1], statement);
                lane.Registers[predicate.Index] = Bits.Of(isInside);
                lane.IsDefined[predicate.Index] = true;
            }
        }
    }

    /// <summary>vote.sync.ballot: d, p, mask.</summary>
    public void Vote(Warp warp, Statement statement, uint active)
    {
        RegisterInfo result = _operands.Register(statement.Operands[0], statement);
        Func<Lane, ulong> predicate = _operands.Value(statement.Operands[1], "pred", statement);
        ulong ballot = 0;
        for (uint rest = active; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            ballot |= predicate(warp.Lanes[lane]) << lane;
        }

        ulong value = statement.Parts.Contains("ballot") ? ballot : statement.Parts.Contains("any") ? Bits.Of(ballot != 0) : Bits.Of(ballot == active);
        for (uint rest = active; rest != 0; rest &= rest - 1)
        {
            Lane lane = warp.Lanes[BitOperations.TrailingZeroCount(rest)];
            lane.Registers[result.Index] = value;
            lane.IsDefined[result.Index] = true;
        }
    }

    // The formulas of the PTX ISA: the upper part of c keeps lanes in their section, the lower one bounds them.
    private static (int Lane, bool IsInside) Source(string mode, int lane, uint b, uint c)
    {
        int offset = (int)(b & 31);
        int clamp = (int)(c & 31);
        int section = (int)(c >> 8 & 31);
        int last = (lane & section) | (clamp & ~section);
        int first = lane & section;
        int source = mode switch { "up" => lane - offset, "down" => lane + offset, "bfly" => lane ^ offset, _ => first | (offset & ~section) };
        bool isInside = mode == "up" ? source >= last : source <= last;
        return (isInside ? source : lane, isInside);
    }
}
