using System.Collections;
using System.Collections.Generic;
using System.Linq;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Where threads that took different ways meet again: the immediate post-dominator of each branch.</summary>
public static class ControlFlow
{
    /// <summary>The statement at which the ways of each branch meet; -1 where they meet only at the end.</summary>
    public static Dictionary<int, int> MeetingPoints(PtxProgram program)
    {
        int count = program.Statements.Count;
        int exit = count;
        int[] leaders = [.. Enumerable.Range(0, count).Where(i => i == 0 || program.Labels.ContainsValue(i) || EndsBlock(program.Statements[i - 1])).Distinct(), exit];
        var blockAt = leaders.Select((start, number) => (start, number)).ToDictionary(pair => pair.start, pair => pair.number);
        int last = leaders.Length - 1;
        var successors = new List<int>[leaders.Length];
        for (int b = 0; b < last; b++)
        {
            successors[b] = [.. Successors(program, leaders[b + 1] - 1).Select(next => blockAt[next])];
        }

        successors[last] = [];
        BitArray[] dominators = PostDominators(successors);
        int[] sizes = [.. dominators.Select(set => set.Cast<bool>().Count(bit => bit))];
        var points = new Dictionary<int, int>();
        for (int b = 0; b < last; b++)
        {
            if (successors[b].Count > 1)
            {
                int nearest = Nearest(dominators[b], sizes, b);
                points[leaders[b + 1] - 1] = nearest == last || nearest < 0 ? -1 : leaders[nearest];
            }
        }

        return points;
    }

    private static bool EndsBlock(Statement statement) => statement.Opcode is "bra" or "ret" or "exit";

    private static IEnumerable<int> Successors(PtxProgram program, int index)
    {
        Statement statement = program.Statements[index];
        int exit = program.Statements.Count;
        if (statement.Opcode == "bra")
        {
            yield return program.Labels[statement.Operands[0]];
        }
        else if (statement.Opcode is "ret" or "exit")
        {
            yield return exit;
        }

        if (!EndsBlock(statement) || statement.Guard is not null)
        {
            yield return index + 1;
        }
    }

    private static BitArray[] PostDominators(List<int>[] successors)
    {
        int count = successors.Length;
        var sets = new BitArray[count];
        for (int b = 0; b < count; b++)
        {
            sets[b] = new BitArray(count, b != count - 1);
            sets[b][b] = true;
        }

        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int b = count - 2; b >= 0; b--)
            {
                var meet = new BitArray(count, true);
                foreach (int next in successors[b])
                {
                    meet.And(sets[next]);
                }

                meet[b] = true;
                if (!Same(meet, sets[b]))
                {
                    sets[b] = meet;
                    changed = true;
                }
            }
        }

        return sets;
    }

    private static bool Same(BitArray first, BitArray second)
    {
        for (int i = 0; i < first.Length; i++)
        {
            if (first[i] != second[i])
            {
                return false;
            }
        }

        return true;
    }

    // The strict post-dominator that all others post-dominate: the one with the most post-dominators of its own.
    private static int Nearest(BitArray dominators, int[] sizes, int block)
    {
        int best = -1;
        for (int candidate = 0; candidate < sizes.Length; candidate++)
        {
            if (candidate != block && dominators[candidate] && (best < 0 || sizes[candidate] > sizes[best]))
            {
                best = candidate;
            }
        }

        return best;
    }
}
