using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>Finds how often a loop runs whose counter starts at, grows by and is compared with constants.</summary>
internal static class CountedLoop
{
    private const int MaximumTrips = 256;

    /// <summary>The counter and the number of times the body runs; null if it is not known or more than 256.</summary>
    /// <param name="loop">Loop.</param>
    /// <param name="direct">Its blocks that are in no loop inside it.</param>
    /// <param name="dominators">Dominators of the code.</param>
    /// <param name="predecessors">The blocks before each block.</param>
    public static (Register Counter, int Trips)? Analyze(
        Loop loop, HashSet<BasicBlock> direct, Dominators dominators, Dictionary<BasicBlock, List<BasicBlock>> predecessors)
    {
        foreach (BasicBlock exit in direct.Where(block => block.Condition is Register && block.Successors.Any(successor => !loop.Blocks.Contains(successor))))
        {
            if (loop.Latches.All(latch => dominators.Dominates(exit, latch)) && Analyze(loop, direct, exit, dominators, predecessors) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static (Register Counter, int Trips)? Analyze(
        Loop loop, HashSet<BasicBlock> direct, BasicBlock exit, Dominators dominators, Dictionary<BasicBlock, List<BasicBlock>> predecessors)
    {
        int testAt = exit.Instructions.FindLastIndex(instruction => instruction.Result == exit.Condition);
        if (testAt < 0 || exit.Instructions[testAt] is not { Operation: Operation.SetP, Sources: [Register tested, Constant bound] } test)
        {
            return null;
        }

        foreach ((Register counter, int offset, bool isNext, int readAt) in Counters(loop, exit, tested, testAt))
        {
            (BasicBlock Block, int Index, Constant Step)? increment = Increment(loop, counter);
            if (increment is not { } found || !direct.Contains(found.Block) || !loop.Latches.All(latch => dominators.Dominates(found.Block, latch)) || Start(loop, counter, predecessors) is not { } start)
            {
                continue;
            }

            bool isAfter = isNext || (found.Block == exit ? found.Index < readAt : dominators.Dominates(found.Block, exit));
            if (Count(test, start, found.Step, bound, offset, isAfter, leavesIfTrue: !loop.Blocks.Contains(exit.Taken!)) is { } trips)
            {
                return (counter, trips);
            }
        }

        return null;
    }

    // The tested register is the counter, the sum that becomes the counter's next value, or the counter and a constant; and where the counter is read.
    private static IEnumerable<(Register Counter, int Offset, bool IsNext, int ReadAt)> Counters(Loop loop, BasicBlock exit, Register tested, int testAt)
    {
        yield return (tested, 0, false, testAt);
        foreach (PtxInstruction move in loop.Instructions.Where(instruction => instruction.Operation == Operation.Mov && instruction.Sources[0] == tested))
        {
            yield return (move.Result!, 0, true, testAt);
        }

        PtxInstruction[] definitions = [.. loop.Instructions.Where(instruction => instruction.Result == tested)];
        if (definitions is [{ Operation: Operation.Add, Type: DataType.S32, Sources: [Register counter, Constant distance] } sum]
            && exit.Instructions.IndexOf(sum) is >= 0 and var at && at < testAt)
        {
            yield return (counter, distance.Int32, false, at);
        }
    }

    private static (BasicBlock Block, int Index, Constant Step)? Increment(Loop loop, Register counter)
    {
        (BasicBlock Block, int Index)? found = null;
        foreach (BasicBlock block in loop.Blocks)
        {
            for (int i = 0; i < block.Instructions.Count; i++)
            {
                if (block.Instructions[i].Result == counter)
                {
                    if (found is not null)
                    {
                        return null;
                    }

                    found = (block, i);
                }
            }
        }

        if (found is not { } place)
        {
            return null;
        }

        PtxInstruction definition = place.Block.Instructions[place.Index];
        if (definition.Operation == Operation.Mov && definition.Sources[0] is Register sum)
        {
            PtxInstruction[] sums = [.. loop.Instructions.Where(instruction => instruction.Result == sum)];
            definition = sums.Length == 1 ? sums[0] : definition;
        }

        return definition switch
        {
            { Operation: Operation.Add, Type: DataType.S32, Sources: [Register from, Constant step] } when from == counter => (place.Block, place.Index, step),
            { Operation: Operation.Sub, Type: DataType.S32, Sources: [Register from, Constant step] } when from == counter => (place.Block, place.Index, Constant.Of(-step.Int32)),
            _ => null,
        };
    }

    // The constant that the counter holds when the loop is entered.
    private static Constant? Start(Loop loop, Register counter, Dictionary<BasicBlock, List<BasicBlock>> predecessors)
    {
        Constant? start = null;
        foreach (BasicBlock entry in predecessors[loop.Header].Where(block => !loop.Blocks.Contains(block)))
        {
            BasicBlock block = entry;
            PtxInstruction? definition;
            while ((definition = block.Instructions.FindLast(instruction => instruction.Result == counter)) is null && predecessors[block] is [{ } before] && before != block)
            {
                block = before;
            }

            if (definition is not { Operation: Operation.Mov, Sources: [Constant value] } || (start is not null && !start.Equals(value)))
            {
                return null;
            }

            start = value;
        }

        return start;
    }

    private static int? Count(PtxInstruction test, Constant start, Constant step, Constant bound, int offset, bool isAfter, bool leavesIfTrue)
    {
        int value = start.Int32;
        for (int trips = 0; trips <= MaximumTrips; trips++)
        {
            int tested = (isAfter ? value + step.Int32 : value) + offset;
            var comparison = new PtxInstruction(Operation.SetP, test.Type, null, Constant.Of(tested), bound) { Comparison = test.Comparison };
            bool holds = ConstantFolder.Fold(comparison) is Constant { IsZero: false };
            if (holds == leavesIfTrue)
            {
                return trips;
            }

            value += step.Int32;
        }

        return null;
    }
}
