using System;
using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Passes;

/// <summary>
/// Replaces registers by the constants, addresses and registers they are copies of. Registers that are assigned once are known everywhere; of variables
/// the copies that hold on all ways to a place are found by a forward data-flow analysis over the blocks.
/// </summary>
internal sealed class Propagation
{
    private readonly KernelCode _code;
    private readonly Dictionary<Register, Operand> _known = [];
    private readonly HashSet<Register> _assignedOnce;

    private Propagation(KernelCode code)
    {
        _code = code;
        _assignedOnce = [.. code.Instructions
            .Select(instruction => instruction.Result)
            .OfType<Register>()
            .GroupBy(register => register)
            .Where(group => group.Count() == 1)
            .Select(group => group.Key)];
    }

    public static bool Run(KernelCode code)
    {
        var pass = new Propagation(code);
        bool changed = pass.Rewrite([]);
        return pass.Rewrite(pass.Analyze()) || changed;
    }

    // What is known of variables at the start of each block.
    private Dictionary<BasicBlock, Copies> Analyze()
    {
        Dictionary<BasicBlock, List<BasicBlock>> predecessors = FlowSimplifier.Predecessors(_code);
        var liveness = new Liveness(_code, _assignedOnce);
        var starts = new Dictionary<BasicBlock, Copies>();
        var ends = new Dictionary<BasicBlock, Copies>();
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (BasicBlock block in _code.Blocks)
            {
                Copies start = block == _code.Entry ? new Copies() : Copies.Meet(predecessors[block].Where(ends.ContainsKey).Select(from => ends[from]));
                if (starts.TryGetValue(block, out Copies? before) && before.SameAs(start))
                {
                    continue;
                }

                starts[block] = start;
                Copies end = start.Clone();
                foreach (PtxInstruction instruction in block.Instructions)
                {
                    Learn(end, instruction, Value(instruction, end));
                }

                end.Keep(register => liveness.IsReadBehind(block, register));
                ends[block] = end;
                changed = true;
            }
        }

        return starts;
    }

    private bool Rewrite(Dictionary<BasicBlock, Copies> starts)
    {
        bool changed = false;
        foreach (BasicBlock block in _code.Blocks)
        {
            Copies copies = starts.TryGetValue(block, out Copies? start) ? start.Clone() : new Copies();
            for (int i = 0; i < block.Instructions.Count; i++)
            {
                PtxInstruction instruction = block.Instructions[i];
                if (ResolvedSources(instruction, copies) is { } sources)
                {
                    instruction = Canonical.Of(instruction.With(instruction.Result, sources));
                    changed = true;
                }

                Operand? value = instruction.Result is null ? null : ConstantFolder.Fold(instruction);
                if (value is not null && instruction.Operation != Operation.Mov)
                {
                    instruction = new PtxInstruction(Operation.Mov, instruction.Result!.Type, instruction.Result, value) { Position = instruction.Position };
                    changed = true;
                }

                block.Instructions[i] = instruction;
                Learn(copies, instruction, value);
                if (value is not null && _assignedOnce.Contains(instruction.Result!) && IsLasting(value))
                {
                    _known[instruction.Result!] = value;
                }
            }

            if (block.Condition is { } condition && Resolve(condition, copies) is var resolved && !ReferenceEquals(resolved, condition))
            {
                block.Decide(resolved);
                changed = true;
            }
        }

        return changed;
    }

    // Null if nothing is known of any source.
    private Operand[]? ResolvedSources(PtxInstruction instruction, Copies copies)
    {
        Operand[]? resolved = null;
        for (int s = 0; s < instruction.Sources.Length; s++)
        {
            Operand value = Resolve(instruction.Sources[s], copies);
            if (!ReferenceEquals(value, instruction.Sources[s]))
            {
                resolved ??= [.. instruction.Sources];
                resolved[s] = value;
            }
        }

        return resolved;
    }

    private Operand? Value(PtxInstruction instruction, Copies copies)
    {
        if (instruction.Result is null || !instruction.IsPure)
        {
            return null;
        }

        bool isKnown = false;
        var sources = new Operand[instruction.Sources.Length];
        for (int i = 0; i < sources.Length; i++)
        {
            sources[i] = Resolve(instruction.Sources[i], copies);
            isKnown |= sources[i] is not Register;
        }

        return isKnown || instruction.Operation == Operation.Mov ? ConstantFolder.Fold(instruction.With(instruction.Result, sources)) : null;
    }

    private static void Learn(Copies copies, PtxInstruction instruction, Operand? value)
    {
        if (instruction.Result is { } result)
        {
            copies.Set(result, value);
        }
    }

    private Operand Resolve(Operand operand, Copies copies)
    {
        if (operand is not Register register)
        {
            return operand;
        }

        return copies.Find(register) ?? (_known.TryGetValue(register, out Operand? value) ? value : operand);
    }

    private bool IsLasting(Operand value) => value is not Register register || _assignedOnce.Contains(register);

    /// <summary>Which registers hold which values at a place.</summary>
    private sealed class Copies
    {
        private readonly Dictionary<Register, Operand> _values;
        private readonly HashSet<Register> _sources;

        public Copies()
            : this([], [])
        {
        }

        private Copies(Dictionary<Register, Operand> values, HashSet<Register> sources)
        {
            _values = values;
            _sources = sources;
        }

        public static Copies Meet(IEnumerable<Copies> all)
        {
            Copies? common = null;
            foreach (Copies copies in all)
            {
                if (common is null)
                {
                    common = copies.Clone();
                    continue;
                }

                foreach ((Register register, Operand value) in common._values)
                {
                    if (!copies._values.TryGetValue(register, out Operand? other) || !other.Equals(value))
                    {
                        common._values.Remove(register);
                    }
                }
            }

            return common ?? new Copies();
        }

        public Copies Clone() => new(new Dictionary<Register, Operand>(_values), [.. _sources]);

        public Operand? Find(Register register) => _values.TryGetValue(register, out Operand? value) ? value : null;

        public void Set(Register register, Operand? value)
        {
            if (_sources.Remove(register))
            {
                foreach ((Register copy, Operand source) in _values)
                {
                    if (source == register)
                    {
                        _values.Remove(copy);
                    }
                }
            }

            if (value is null || value == register)
            {
                _values.Remove(register);
                return;
            }

            _values[register] = value;
            if (value is Register from)
            {
                _sources.Add(from);
            }
        }

        /// <summary>Drops what nobody asks for: written out loops have thousands of blocks and hundreds of variables.</summary>
        public void Keep(Func<Register, bool> isWanted)
        {
            _sources.Clear();
            foreach ((Register register, Operand value) in _values)
            {
                if (!isWanted(register))
                {
                    _values.Remove(register);
                }
                else if (value is Register from)
                {
                    _sources.Add(from);
                }
            }
        }

        public bool SameAs(Copies other)
        {
            if (_values.Count != other._values.Count)
            {
                return false;
            }

            foreach ((Register register, Operand value) in _values)
            {
                if (!other._values.TryGetValue(register, out Operand? same) || !same.Equals(value))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
