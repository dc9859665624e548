using System;
using System.Globalization;
using System.Linq;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Who runs a statement: every thread by itself, or the warp.</summary>
public enum StatementKind
{
    Own,
    Branch,
    End,
    Barrier,
    Shuffle,
    Vote,
    MultiplyMatrix,
    LoadMatrix,
}

/// <summary>What one thread does for a statement.</summary>
public delegate void LaneStep(Lane lane);

/// <summary>Turns the statements that every thread runs by itself into functions. Branches, barriers and exchanges between threads are the warp's.</summary>
public sealed class StatementCompiler(PtxProgram program, MemoryAccess memory, byte[] parameters)
{
    private readonly OperandReader _operands = new(program);

    /// <summary>True for what a warp runs as a whole.</summary>
    public static bool IsCollective(Statement statement) => KindOf(statement) != StatementKind.Own;

    /// <summary>Who runs a statement.</summary>
    public static StatementKind KindOf(Statement statement) => statement.Opcode switch
    {
        "bra" => StatementKind.Branch,
        "ret" or "exit" => StatementKind.End,
        "bar" or "barrier" => StatementKind.Barrier,
        "shfl" => StatementKind.Shuffle,
        "vote" => StatementKind.Vote,
        "mma" => StatementKind.MultiplyMatrix,
        "ldmatrix" => StatementKind.LoadMatrix,
        _ => StatementKind.Own,
    };

    public LaneStep Compile(Statement statement) => statement.Opcode switch
    {
        "ld" => Load(statement),
        "st" => Store(statement),
        "atom" or "red" => Atomic(statement),
        "setp" => SetPredicate(statement),
        "selp" => Select(statement),
        "cvt" => Convert(statement),
        "cvta" => ConvertAddress(statement),
        "membar" or "fence" => Nothing,
        "cp" => CopyAsync(statement),
        _ => Compute(statement),
    };

    private static void Nothing(Lane lane)
    {
    }

    private static bool IsType(string part) => part == "pred" || (part.Length is 2 or 3 && part[0] is 'b' or 's' or 'u' or 'f' && int.TryParse(part[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int bits) && bits is 8 or 16 or 32 or 64);

    private static string TypeOf(Statement statement) => statement.Parts.LastOrDefault(IsType) ?? throw new PtxFaultException(FaultKind.Syntax, $"{statement}: no type");

    private static PtxFaultException Unknown(Statement statement) => new(FaultKind.Syntax, $"{statement}: the instruction is not known");

    private static Action<Lane, ulong> Write(RegisterInfo register)
    {
        int index = register.Index;
        return (lane, value) =>
        {
            lane.Registers[index] = value;
            lane.IsDefined[index] = true;
        };
    }

    private LaneStep Compute(Statement statement)
    {
        string type = TypeOf(statement);
        string[] operands = statement.Operands;
        bool isWide = statement.Parts.Contains("wide");
        bool isCount = statement.Opcode is "popc" or "clz" or "bfind";
        RegisterInfo result = _operands.Register(operands[0], statement);
        OperandReader.RequireWidth(result, isCount ? "b32" : isWide ? $"b{2 * int.Parse(type[1..], CultureInfo.InvariantCulture)}" : type, statement, false);
        RequireRounding(statement, type);
        int target = result.Index;
        Source[] read = [.. operands.Skip(1).Select((operand, i) => _operands.Source(operand, SourceType(statement, type, i), statement))];
        switch (read)
        {
            case [Source x]:
                Func<ulong, ulong> unary = Arithmetic.Unary(statement, type) ?? throw Unknown(statement);
                return statement.Opcode == "mov" ? lane => lane.Set(target, x.Read(lane)) : lane => lane.Set(target, unary(x.Read(lane)));
            case [Source x, Source y]:
                Func<ulong, ulong, ulong> binary = Arithmetic.Binary(statement, type) ?? throw Unknown(statement);
                return (statement.Opcode, type) switch
                {
                    ("add", "f32") => lane => lane.Set(target, Bits.Of(Bits.ToSingle(x.Read(lane)) + Bits.ToSingle(y.Read(lane)))),
                    ("mul", "f32") => lane => lane.Set(target, Bits.Of(Bits.ToSingle(x.Read(lane)) * Bits.ToSingle(y.Read(lane)))),
                    ("add", "s64" or "u64") => lane => lane.Set(target, x.Read(lane) + y.Read(lane)),
                    _ => lane => lane.Set(target, binary(x.Read(lane), y.Read(lane))),
                };
            case [Source x, Source y, Source z]:
                Func<ulong, ulong, ulong, ulong> ternary = Arithmetic.Ternary(statement, type) ?? throw Unknown(statement);
                return (statement.Opcode, type) == ("fma", "f32")
                    ? lane => lane.Set(target, Bits.Of(MathF.FusedMultiplyAdd(Bits.ToSingle(x.Read(lane)), Bits.ToSingle(y.Read(lane)), Bits.ToSingle(z.Read(lane)))))
                    : lane => lane.Set(target, ternary(x.Read(lane), y.Read(lane), z.Read(lane)));
            default:
                throw Unknown(statement);
        }
    }

    // Shifts count in 32 bits, and a wide product adds a number of twice the width.
    private static string SourceType(Statement statement, string type, int index)
    {
        bool isCount = (statement.Opcode is "shl" or "shr" && index == 1) || (statement.Opcode == "bfe" && index > 0);
        bool isWideSummand = statement.Opcode == "mad" && index == 2 && statement.Parts.Contains("wide");
        return isCount ? "u32" : isWideSummand ? $"{type[0]}{2 * int.Parse(type[1..], CultureInfo.InvariantCulture)}" : type;
    }

    private static void RequireRounding(Statement statement, string type)
    {
        bool isExact = statement.Parts.Any(part => part is "rn" or "approx" or "full" or "rz");
        bool needs = type is "f32" or "f64" && statement.Opcode is "fma" or "div" or "sqrt" or "rcp" or "ex2" or "lg2" or "sin" or "cos" or "mad";
        bool hasHalf = statement.Opcode == "mul" && type[0] != 'f' && !statement.Parts.Any(part => part is "lo" or "hi" or "wide");
        if ((needs && !isExact && type[0] == 'f') || hasHalf)
        {
            throw new PtxFaultException(FaultKind.Syntax, $"{statement}: a modifier is missing");
        }
    }

    private LaneStep SetPredicate(Statement statement)
    {
        string type = TypeOf(statement);
        RegisterInfo result = _operands.Register(statement.Operands[0], statement);
        OperandReader.RequireWidth(result, "pred", statement, false);
        int target = result.Index;
        Source x = _operands.Source(statement.Operands[1], type, statement);
        Source y = _operands.Source(statement.Operands[2], type, statement);
        Func<ulong, ulong, bool> compare = Arithmetic.Compare(statement.Parts[1], type);
        return lane => lane.Set(target, Bits.Of(compare(x.Read(lane), y.Read(lane))));
    }

    private LaneStep Select(Statement statement)
    {
        string type = TypeOf(statement);
        RegisterInfo result = _operands.Register(statement.Operands[0], statement);
        OperandReader.RequireWidth(result, type, statement, false);
        int target = result.Index;
        Source yes = _operands.Source(statement.Operands[1], type, statement);
        Source no = _operands.Source(statement.Operands[2], type, statement);
        Source condition = _operands.Source(statement.Operands[3], "pred", statement);
        return lane => lane.Set(target, condition.Read(lane) != 0 ? yes.Read(lane) : no.Read(lane));
    }

    private LaneStep Convert(Statement statement)
    {
        if (statement.Parts is ["cvt", "rn", "f16x2", "f32"])
        {
            RegisterInfo pair = _operands.Register(statement.Operands[0], statement);
            OperandReader.RequireWidth(pair, "b32", statement, false);
            Source high = _operands.Source(statement.Operands[1], "f32", statement);
            Source low = _operands.Source(statement.Operands[2], "f32", statement);
            return lane => lane.Set(pair.Index, Halves.Pack(Bits.ToSingle(low.Read(lane)), Bits.ToSingle(high.Read(lane))));
        }

        string[] types = [.. statement.Parts.Where(part => IsType(part))];
        RegisterInfo result = _operands.Register(statement.Operands[0], statement);
        OperandReader.RequireWidth(result, types[0], statement, mayBeWider: types[0][0] != 'f');
        Action<Lane, ulong> write = Write(result);
        Func<Lane, ulong> source = _operands.Value(statement.Operands[1], types[1], statement, mayBeWider: types[1][0] != 'f');
        Func<ulong, ulong> convert = Conversion.Of(statement, result.Width);
        return lane => write(lane, convert(source(lane)));
    }

    private LaneStep ConvertAddress(Statement statement)
    {
        Action<Lane, ulong> write = Write(_operands.Register(statement.Operands[0], statement));
        Func<Lane, ulong> source = _operands.Value(statement.Operands[1], "u64", statement);
        bool isTo = statement.Parts[1] == "to";
        ulong window = statement.Parts[isTo ? 2 : 1] switch { "local" => Windows.Local, "shared" => Windows.Shared, _ => 0 };
        return lane => write(lane, isTo ? source(lane) - window : source(lane) + window);
    }

    private static string SpaceOf(Statement statement) => statement.Parts.FirstOrDefault(part => part is "global" or "shared" or "local" or "param" or "const") ?? string.Empty;

    private LaneStep Load(Statement statement)
    {
        string type = TypeOf(statement);
        int size = int.Parse(type[1..], CultureInfo.InvariantCulture) / 8;
        (Func<Lane, ulong> address, bool isParameter) = _operands.Address(statement.Operands[1], statement);
        RegisterInfo[] results = [.. Elements(statement.Operands[0]).Select(name => _operands.Register(name, statement))];
        Action<Lane, ulong>[] writes = [.. results.Select(Write)];
        foreach (RegisterInfo result in results)
        {
            OperandReader.RequireWidth(result, type, statement, mayBeWider: type[0] != 'f');
        }

        RequireVector(statement, results.Length);
        Func<ulong, int, ulong> extend = (bits, width) => Arithmetic.Cut(type[0] == 's' ? (ulong)Arithmetic.SignExtend(bits, 8 * size) : bits, width);
        if (isParameter)
        {
            return lane =>
            {
                for (int i = 0; i < writes.Length; i++)
                {
                    writes[i](lane, extend(Parameter((int)address(lane) + (i * size), size, statement), results[i].Width));
                }
            };
        }

        string space = SpaceOf(statement);
        return lane =>
        {
            ulong at = address(lane);
            MemoryAccess.RequireAligned(lane, at, size * writes.Length, statement);
            for (int i = 0; i < writes.Length; i++)
            {
                writes[i](lane, extend(memory.Load(lane, space, at + (ulong)(i * size), size, false, statement), results[i].Width));
            }
        };
    }

    private ulong Parameter(int at, int size, Statement statement)
    {
        if (at < 0 || at + size > parameters.Length || at % size != 0)
        {
            throw new PtxFaultException(FaultKind.OutOfBounds, $"{statement}: reads {size} bytes at {at} of {parameters.Length} bytes of parameters");
        }

        ulong value = 0;
        for (int i = 0; i < size; i++)
        {
            value |= (ulong)parameters[at + i] << (8 * i);
        }

        return value;
    }

    private LaneStep Store(Statement statement)
    {
        string type = TypeOf(statement);
        int size = int.Parse(type[1..], CultureInfo.InvariantCulture) / 8;
        (Func<Lane, ulong> address, _) = _operands.Address(statement.Operands[0], statement);
        Func<Lane, ulong>[] values = [.. Elements(statement.Operands[1]).Select(name => _operands.Value(name, type, statement, mayBeWider: type[0] != 'f'))];
        RequireVector(statement, values.Length);
        string space = SpaceOf(statement);
        return lane =>
        {
            ulong at = address(lane);
            MemoryAccess.RequireAligned(lane, at, size * values.Length, statement);
            for (int i = 0; i < values.Length; i++)
            {
                memory.Store(lane, space, at + (ulong)(i * size), size, values[i](lane), false, statement);
            }
        };
    }

    private static void RequireVector(Statement statement, int count)
    {
        int named = statement.Parts.Contains("v2") ? 2 : statement.Parts.Contains("v4") ? 4 : 1;
        if (named != count)
        {
            throw new PtxFaultException(FaultKind.Syntax, $"{statement}: {count} elements where the instruction has {named}");
        }
    }

    private static string[] Elements(string operand) => operand is ['{', .., '}'] ? operand[1..^1].Split(',', StringSplitOptions.TrimEntries) : [operand];

    // As late as it may be: when the thread waits.
    private LaneStep CopyAsync(Statement statement)
    {
        if (statement.Parts is ["cp", "async", "wait_all"])
        {
            return lane => lane.FinishCopies();
        }

        if (statement.Parts is not ["cp", "async", "cg", "shared", "global"] || statement.Operands is not [_, _, "16"])
        {
            throw Unknown(statement);
        }

        const int Bytes = 16;
        const int Word = 8;
        (Func<Lane, ulong> to, _) = _operands.Address(statement.Operands[0], statement);
        (Func<Lane, ulong> from, _) = _operands.Address(statement.Operands[1], statement);
        return lane =>
        {
            ulong target = to(lane);
            ulong source = from(lane);
            MemoryAccess.RequireAligned(lane, target, Bytes, statement);
            MemoryAccess.RequireAligned(lane, source, Bytes, statement);
            memory.Forget(lane, "shared", target, Bytes, statement);
            lane.Copies.Add(() =>
            {
                for (ulong at = 0; at < Bytes; at += Word)
                {
                    memory.Store(lane, "shared", target + at, Word, memory.Load(lane, "global", source + at, Word, false, statement), false, statement);
                }
            });
        };
    }

    private LaneStep ReduceVector(Statement statement)
    {
        bool isHalves = statement.Parts.Contains("f16x2");
        if (!statement.Parts.Contains("add") || isHalves != statement.Parts.Contains("noftz") || SpaceOf(statement) == "local")
        {
            throw Unknown(statement);
        }

        const int Size = 4;
        string space = SpaceOf(statement);
        (Func<Lane, ulong> address, _) = _operands.Address(statement.Operands[0], statement);
        Source[] values = [.. Elements(statement.Operands[1]).Select(name => _operands.Source(name, isHalves ? "b32" : "f32", statement))];
        RequireVector(statement, values.Length);
        return lane =>
        {
            ulong at = address(lane);
            MemoryAccess.RequireAligned(lane, at, Size * values.Length, statement);
            for (int i = 0; i < values.Length; i++)
            {
                ulong place = at + (ulong)(i * Size);
                ulong old = memory.Load(lane, space, place, Size, true, statement);
                ulong value = values[i].Read(lane);
                ulong sum = isHalves ? Halves.Add((uint)old, (uint)value) : Bits.Of(Bits.ToSingle(old) + Bits.ToSingle(value));
                memory.Store(lane, space, place, Size, sum, true, statement);
            }
        };
    }

    private LaneStep Atomic(Statement statement)
    {
        if (statement.Opcode == "red" && (statement.Parts.Contains("v2") || statement.Parts.Contains("v4") || statement.Parts.Contains("f16x2")))
        {
            return ReduceVector(statement);
        }

        bool returns = statement.Opcode == "atom";
        string type = TypeOf(statement);
        int size = int.Parse(type[1..], CultureInfo.InvariantCulture) / 8;
        Action<Lane, ulong>? write = returns ? Write(_operands.Register(statement.Operands[0], statement)) : null;
        string[] operands = returns ? statement.Operands[1..] : statement.Operands;
        (Func<Lane, ulong> address, _) = _operands.Address(operands[0], statement);
        Func<Lane, ulong>[] values = [.. operands.Skip(1).Select(operand => _operands.Value(operand, type, statement))];
        string operation = statement.Parts.First(part => part is "add" or "min" or "max" or "and" or "or" or "xor" or "exch" or "cas");
        Func<ulong, ulong, ulong>? combine = operation is "exch" or "cas"
            ? null
            : Arithmetic.Binary(new Statement(null, false, [operation, type], [], statement.Line), type) ?? throw Unknown(statement);
        string space = SpaceOf(statement);
        return lane =>
        {
            ulong at = address(lane);
            ulong old = memory.Load(lane, space, at, size, true, statement);
            ulong first = values[0](lane);
            ulong changed = operation switch { "exch" => first, "cas" => old == first ? values[1](lane) : old, _ => combine!(old, first) };
            memory.Store(lane, space, at, size, changed, true, statement);
            write?.Invoke(lane, old);
        };
    }
}
