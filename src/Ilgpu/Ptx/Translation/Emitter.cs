using System;
using ILGPU.Ptx.Code;
using ILGPU.Ptx.Passes;

namespace ILGPU.Ptx.Translation;

/// <summary>Appends instructions to the current block; what can be computed from constants is.</summary>
internal sealed class Emitter(KernelCode code)
{
    public KernelCode Code { get; } = code;

    public BasicBlock Current { get; set; } = code.NewBlock();

    public SourcePosition Position { get; set; }

    public Register Append(Operation operation, DataType type, params Operand[] sources)
        => Append(new PtxInstruction(operation, type, null, sources), type);

    /// <summary>Adds an instruction and gives it a result.</summary>
    public Register Append(PtxInstruction instruction, DataType resultType)
    {
        Register result = Code.NewRegister(resultType);
        Current.Instructions.Add(new PtxInstruction(instruction.Operation, instruction.Type, result, instruction.Sources)
        {
            SourceType = instruction.SourceType,
            Comparison = instruction.Comparison,
            Rounding = instruction.Rounding,
            Offset = instruction.Offset,
            Space = instruction.Space,
            Name = instruction.Name,
            Method = instruction.Method,
            Position = Position,
        });
        return result;
    }

    /// <summary>An instruction without a result.</summary>
    public void AppendEffect(Operation operation, DataType type, Operand[] sources, long offset = 0, string? name = null)
        => Current.Instructions.Add(new PtxInstruction(operation, type, null, sources) { Offset = offset, Name = name, Position = Position });

    /// <summary>The result of an operation without side effects.</summary>
    public Operand Compute(Operation operation, DataType type, params Operand[] sources)
    {
        PtxInstruction instruction = Canonical.Of(new PtxInstruction(operation, type, null, sources));
        return ConstantFolder.Fold(instruction) ?? Append(instruction, operation == Operation.MulWide ? DataType.S64 : type);
    }

    /// <summary>A comparison: a predicate.</summary>
    public Operand Compare(Comparison comparison, DataType type, Operand first, Operand second)
    {
        PtxInstruction instruction = Canonical.Of(new PtxInstruction(Operation.SetP, type, null, first, second) { Comparison = comparison });
        return ConstantFolder.Fold(instruction) ?? Append(instruction, DataType.Predicate);
    }

    /// <summary>A conversion.</summary>
    public Operand Convert(DataType to, DataType from, Operand source, Rounding rounding = Rounding.None)
    {
        var instruction = new PtxInstruction(Operation.Cvt, to, null, source) { SourceType = from, Rounding = rounding };
        return ConstantFolder.Fold(instruction) ?? Append(instruction, to);
    }

    public Operand Select(Operand condition, Operand yes, Operand no)
        => condition is Constant known ? (known.IsZero ? no : yes) : Compute(Operation.SelP, yes.Type, yes, no, condition);

    /// <summary>A comparison's result as the number 1 or 0; other operands as they are.</summary>
    public Operand ToNumber(Operand operand)
        => operand.Type == DataType.Predicate ? Select(operand, Constant.Of(1), Constant.Of(0)) : operand;

    /// <summary>True if the number is not zero.</summary>
    public Operand ToPredicate(Operand operand)
        => operand.Type == DataType.Predicate ? operand : Compare(operand.Type.IsFloat() ? Comparison.Neu : Comparison.Ne, operand.Type, operand, Constant.Zero(operand.Type));

    public Operand Not(Operand predicate) => Compute(Operation.Not, DataType.Predicate, predicate);

    /// <summary>Sets a variable.</summary>
    public void Assign(Register target, Operand source)
    {
        Operand converted = CoerceTo(target.Type, source);
        Current.Instructions.Add(new PtxInstruction(Operation.Mov, target.Type, target, converted) { Position = Position });
    }

    private Operand CoerceTo(DataType type, Operand source)
    {
        if (source.Type == type)
        {
            return source;
        }

        if (source.Type == DataType.Predicate)
        {
            source = ToNumber(source);
        }

        return (type, source.Type) switch
        {
            _ when type == source.Type => source,
            (DataType.F64, DataType.F32) => Convert(DataType.F64, DataType.F32, source),
            (DataType.F32, DataType.F64) => Convert(DataType.F32, DataType.F64, source, Rounding.Rn),
            (DataType.S64, DataType.S32) => Convert(DataType.S64, DataType.S32, source),
            (DataType.S32, DataType.S64) => Convert(DataType.S32, DataType.S64, source),
            (DataType.Predicate, _) => ToPredicate(source),
            _ => throw new InvalidOperationException($"A value of type {source.Type} cannot be stored in a variable of type {type}."),
        };
    }
}
