using System;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>
/// Writes statements as .NET code on a thread's registers: what is frequent becomes instructions, everything else calls the statement's own function. Registers are not
/// asked whether they have a value.
/// </summary>
/// <param name="program">The program.</param>
/// <param name="il">Code of a method of a <see cref="RunState"/> and a thread.</param>
public sealed unsafe class StatementEmitter(PtxProgram program, ILGenerator il)
{
    private readonly LocalBuilder _registers = il.DeclareLocal(typeof(byte*));
    private readonly LocalBuilder _address = il.DeclareLocal(typeof(ulong));

    /// <summary>Finds the thread's registers.</summary>
    public void Begin()
    {
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Call, typeof(Lane).GetProperty(nameof(Lane.RegisterPointer))!.GetMethod!);
        il.Emit(OpCodes.Stloc, _registers);
    }

    /// <summary>Leaves the value of a predicate as a number.</summary>
    public void Predicate(string register)
    {
        Target(register);
        il.Emit(OpCodes.Ldind_U1);
    }

    /// <summary>What a thread does for a statement.</summary>
    public void Emit(Statement statement, int index)
    {
        if (TryEmit(statement, index))
        {
            return;
        }

        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(RunState).GetProperty(nameof(RunState.Steps))!.GetMethod!);
        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Ldelem_Ref);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Callvirt, typeof(LaneStep).GetMethod("Invoke")!);
    }

    private bool TryEmit(Statement statement, int index)
    {
        string type = statement.Parts[^1];
        string[] operands = statement.Operands;
        return statement.Parts switch
        {
            ["mov", _] when type != "pred" && operands[1][0] != '{' && operands[0][0] != '{' => TryCompute(statement, type, null),
            ["add", _] or ["add", "rn", _] => TryCompute(statement, type, OpCodes.Add),
            ["sub", _] or ["sub", "rn", _] => TryCompute(statement, type, OpCodes.Sub),
            ["mul", "lo", _] or ["mul", "rn", "f32" or "f64"] or ["mul", "f32" or "f64"] => TryCompute(statement, type, OpCodes.Mul),
            ["div", "rn", "f32" or "f64"] => TryCompute(statement, type, OpCodes.Div),
            ["and", "b32" or "b64"] => TryCompute(statement, type, OpCodes.And),
            ["or", "b32" or "b64"] => TryCompute(statement, type, OpCodes.Or),
            ["xor", "b32" or "b64"] => TryCompute(statement, type, OpCodes.Xor),
            ["not", "b32" or "b64"] => TryCompute(statement, type, OpCodes.Not),
            ["neg", "f32" or "s32" or "s64"] => TryCompute(statement, type, OpCodes.Neg),
            ["abs", "f32"] => TryFunction(statement, nameof(MathF.Abs)),
            ["sqrt", "rn", "f32"] => TryFunction(statement, nameof(MathF.Sqrt)),
            ["fma", "rn", "f32"] => TryFunction(statement, nameof(MathF.FusedMultiplyAdd)),
            ["div" or "rem", "s32"] => TryDivide(statement),
            ["shl" or "shr", _] => TryShift(statement, type),
            ["mul", "wide", "s32" or "u32"] => TryWide(statement, type),
            ["cvt", ..] => TryConvert(statement),
            ["setp", _, "f32" or "s32" or "u32" or "s64" or "u64"] => TryCompare(statement, type),
            ["not", "pred"] => TryNegate(statement),
            ["selp", _] when type != "pred" => TrySelect(statement, type),
            ["ld", "param", _] => TryParameter(statement, type),
            ["ld", "global", .., "f32" or "f64" or "u32" or "s32" or "b32" or "u64" or "s64" or "b64"] => TryLoad(statement, type, index),
            ["st", "global", .., "f32" or "f64" or "u32" or "s32" or "b32" or "u64" or "s64" or "b64"] => TryStore(statement, type, index),
            ["ld", "shared" or "local", "f32" or "u32" or "s32" or "b32"] => TryLoadScratch(statement, type, index),
            ["st", "shared" or "local", "f32" or "u32" or "s32" or "b32"] => TryStoreScratch(statement, index),
            _ => false,
        };
    }

    private bool TryCompute(Statement statement, string type, OpCode? operation)
    {
        if (!TryOperands(statement, type, type))
        {
            return false;
        }

        if (operation is { } code)
        {
            il.Emit(code);
        }

        Write(type);
        return true;
    }

    private bool TryFunction(Statement statement, string name)
    {
        if (!TryOperands(statement, "f32", "f32"))
        {
            return false;
        }

        il.Emit(OpCodes.Call, typeof(MathF).GetMethod(name, [.. statement.Operands.Skip(1).Select(_ => typeof(float))])!);
        Write("f32");
        return true;
    }

    // By a constant that can neither be zero nor overflow.
    private bool TryDivide(Statement statement)
    {
        if (!long.TryParse(statement.Operands[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long divisor) || divisor is 0 or -1 || !TryOperands(statement, "s32", "s32"))
        {
            return false;
        }

        il.Emit(statement.Opcode == "div" ? OpCodes.Div : OpCodes.Rem);
        Write("s32");
        return true;
    }

    // By a constant that is less than the width.
    private bool TryShift(Statement statement, string type)
    {
        if (!int.TryParse(statement.Operands[2], NumberStyles.None, CultureInfo.InvariantCulture, out int count) || Size(type) < 4 || count >= 8 * Size(type)
            || !CanHold(statement.Operands[0], type) || !CanRead(statement.Operands[1], type))
        {
            return false;
        }

        Target(statement.Operands[0]);
        Read(statement.Operands[1], type);
        il.Emit(OpCodes.Ldc_I4, count);
        il.Emit(statement.Opcode == "shl" ? OpCodes.Shl : type[0] == 's' ? OpCodes.Shr : OpCodes.Shr_Un);
        Write(type);
        return true;
    }

    private bool TryWide(Statement statement, string type)
    {
        if (!CanHold(statement.Operands[0], "b64") || !statement.Operands.Skip(1).All(operand => CanRead(operand, type)))
        {
            return false;
        }

        Target(statement.Operands[0]);
        foreach (string operand in statement.Operands.Skip(1))
        {
            Read(operand, type);
            il.Emit(type == "s32" ? OpCodes.Conv_I8 : OpCodes.Conv_U8);
        }

        il.Emit(OpCodes.Mul);
        il.Emit(OpCodes.Stind_I8);
        return true;
    }

    private bool TryConvert(Statement statement)
    {
        (string To, string From, OpCode Code)? kind = statement.Parts switch
        {
            ["cvt", "s64", "s32"] => ("s64", "s32", OpCodes.Conv_I8),
            ["cvt", "u64", "u32"] => ("u64", "u32", OpCodes.Conv_U8),
            ["cvt", "u32", "u64"] => ("u32", "u64", OpCodes.Conv_U4),
            ["cvt", "rn", "f32", "s32"] => ("f32", "s32", OpCodes.Conv_R4),
            _ => null,
        };
        if (kind is not { } conversion || !TryOperands(statement, conversion.To, conversion.From))
        {
            return false;
        }

        il.Emit(conversion.Code);
        Write(conversion.To);
        return true;
    }

    // A relation that .NET lacks is the opposite of its opposite. Of floats, those that are true for NaN have another opposite than those that are not.
    private bool TryCompare(Statement statement, string type)
    {
        string[] operands = statement.Operands;
        string relation = statement.Parts[1];
        bool isFloat = type == "f32";
        bool isUnsigned = type[0] == 'u';
        (OpCode Code, bool IsOpposite)? kind = relation switch
        {
            "eq" => (OpCodes.Ceq, false),
            "ne" when !isFloat => (OpCodes.Ceq, true),
            "neu" when isFloat => (OpCodes.Ceq, true),
            "lt" => (isUnsigned ? OpCodes.Clt_Un : OpCodes.Clt, false),
            "gt" => (isUnsigned ? OpCodes.Cgt_Un : OpCodes.Cgt, false),
            "le" => (isUnsigned || isFloat ? OpCodes.Cgt_Un : OpCodes.Cgt, true),
            "ge" => (isUnsigned || isFloat ? OpCodes.Clt_Un : OpCodes.Clt, true),
            "ltu" when isFloat => (OpCodes.Clt_Un, false),
            "gtu" when isFloat => (OpCodes.Cgt_Un, false),
            "leu" when isFloat => (OpCodes.Cgt, true),
            "geu" when isFloat => (OpCodes.Clt, true),
            _ => null,
        };
        if (kind is not { } comparison || !CanHold(operands[0], "pred") || !CanRead(operands[1], type) || !CanRead(operands[2], type))
        {
            return false;
        }

        Target(operands[0]);
        Read(operands[1], type);
        Read(operands[2], type);
        il.Emit(comparison.Code);
        if (comparison.IsOpposite)
        {
            il.Emit(OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Ceq);
        }

        il.Emit(OpCodes.Conv_U8);
        il.Emit(OpCodes.Stind_I8);
        return true;
    }

    private bool TryNegate(Statement statement)
    {
        if (!statement.Operands.All(operand => CanHold(operand, "pred")))
        {
            return false;
        }

        Target(statement.Operands[0]);
        Predicate(statement.Operands[1]);
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Ceq);
        il.Emit(OpCodes.Conv_U8);
        il.Emit(OpCodes.Stind_I8);
        return true;
    }

    private bool TrySelect(Statement statement, string type)
    {
        string[] operands = statement.Operands;
        if (!CanHold(operands[0], type) || !CanRead(operands[1], type) || !CanRead(operands[2], type) || !CanHold(operands[3], "pred"))
        {
            return false;
        }

        Label otherwise = il.DefineLabel();
        Label done = il.DefineLabel();
        Predicate(operands[3]);
        il.Emit(OpCodes.Brfalse, otherwise);
        Target(operands[0]);
        Read(operands[1], type);
        Write(type);
        il.Emit(OpCodes.Br, done);
        il.MarkLabel(otherwise);
        Target(operands[0]);
        Read(operands[2], type);
        Write(type);
        il.MarkLabel(done);
        return true;
    }

    private bool TryParameter(Statement statement, string type)
    {
        string inner = statement.Operands[1][1..^1];
        int plus = inner.IndexOf('+', StringComparison.Ordinal);
        string name = (plus > 0 ? inner[..plus] : inner).Trim();
        int offset = 0;
        if (Size(type) < 4 || !CanHold(statement.Operands[0], type) || !program.Parameters.TryGetValue(name, out (int Offset, int Size) parameter)
            || (plus > 0 && !int.TryParse(inner.AsSpan(plus + 1), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out offset)))
        {
            return false;
        }

        int at = parameter.Offset + offset;
        if (at % Size(type) != 0 || at + Size(type) > program.ParameterBytes)
        {
            return false;
        }

        Target(statement.Operands[0]);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4, at);
        Call(Size(type) == 4 ? nameof(RunState.Parameter4) : nameof(RunState.Parameter8));
        il.Emit(OpCodes.Stind_I8);
        return true;
    }

    private bool TryLoad(Statement statement, string type, int index)
    {
        string[] elements = Elements(statement.Operands[0]);
        if (Place(statement.Operands[1]) is not { } place || !elements.All(element => CanHold(element, type)) || !IsVectorOf(statement, elements.Length))
        {
            return false;
        }

        // All of the address is read before a register changes, which may be the address's own.
        StoreAddress(place, elements.Length * Size(type), index);
        for (int i = 0; i < elements.Length; i++)
        {
            Target(elements[i]);
            Element(i * Size(type), index);
            Call(Size(type) == 4 ? nameof(RunState.Load4) : nameof(RunState.Load8));
            il.Emit(OpCodes.Stind_I8);
        }

        return true;
    }

    private bool TryStore(Statement statement, string type, int index)
    {
        string[] elements = Elements(statement.Operands[1]);
        if (Place(statement.Operands[0]) is not { } place || !elements.All(program.Registers.ContainsKey) || !IsVectorOf(statement, elements.Length))
        {
            return false;
        }

        StoreAddress(place, elements.Length * Size(type), index);
        for (int i = 0; i < elements.Length; i++)
        {
            Element(i * Size(type), index);
            Target(elements[i]);
            il.Emit(OpCodes.Ldind_I8);
            Call(Size(type) == 4 ? nameof(RunState.Store4) : nameof(RunState.Store8));
        }

        return true;
    }

    private bool TryLoadScratch(Statement statement, string type, int index)
    {
        if (Place(statement.Operands[1]) is not { } place || !CanHold(statement.Operands[0], type))
        {
            return false;
        }

        Target(statement.Operands[0]);
        StoreAddress(place, 0, index);
        Element(0, index);
        Call(statement.Parts[1] == "shared" ? nameof(RunState.LoadShared) : nameof(RunState.LoadLocal));
        il.Emit(OpCodes.Stind_I8);
        return true;
    }

    private bool TryStoreScratch(Statement statement, int index)
    {
        if (Place(statement.Operands[0]) is not { } place || !program.Registers.ContainsKey(statement.Operands[1]))
        {
            return false;
        }

        StoreAddress(place, 0, index);
        Element(0, index);
        Target(statement.Operands[1]);
        il.Emit(OpCodes.Ldind_I8);
        Call(statement.Parts[1] == "shared" ? nameof(RunState.StoreShared) : nameof(RunState.StoreLocal));
        return true;
    }

    // Other modifiers are the statement's own function's.
    private static bool IsVectorOf(Statement statement, int count)
        => statement.Parts[2..^1] is [] or ["nc"] ? count == 1 : statement.Parts[^2] == $"v{count}" && statement.Parts[2..^2] is [] or ["nc"];

    private static string[] Elements(string operand) => operand is ['{', .., '}'] ? operand[1..^1].Split(',', StringSplitOptions.TrimEntries) : [operand];

    // Keeps the address; several elements are aligned to all of them.
    private void StoreAddress((string? Register, long Offset) place, int bytes, int index)
    {
        if (place.Register is null)
        {
            il.Emit(OpCodes.Ldc_I8, place.Offset);
        }
        else
        {
            Target(place.Register);
            il.Emit(OpCodes.Ldind_I8);
            il.Emit(OpCodes.Ldc_I8, place.Offset);
            il.Emit(OpCodes.Add);
        }

        il.Emit(OpCodes.Stloc, _address);
        if (bytes > sizeof(ulong))
        {
            Element(0, index);
            il.Emit(OpCodes.Ldc_I4, bytes);
            Call(nameof(RunState.RequireAligned));
        }
    }

    private void Element(int offset, int index)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Ldloc, _address);
        il.Emit(OpCodes.Ldc_I8, (long)offset);
        il.Emit(OpCodes.Add);
    }

    private void Call(string name) => il.Emit(OpCodes.Call, typeof(RunState).GetMethod(name, BindingFlags.Public | BindingFlags.Instance)!);

    // [register + number] or [array + number], which lies in a window of its own.
    private (string? Register, long Offset)? Place(string operand)
    {
        string inner = operand[1..^1].Replace(" ", string.Empty, StringComparison.Ordinal);
        int sign = inner.AsSpan(1).IndexOfAny('+', '-') + 1;
        string name = sign > 0 ? inner[..sign] : inner;
        string number = sign > 0 ? inner[sign..].Replace("+-", "-", StringComparison.Ordinal) : "0";
        long offset = long.Parse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return program.Registers.ContainsKey(name) ? (name, offset) : program.Arrays.TryGetValue(name, out ArrayInfo? array) ? (null, array.Offset + offset) : null;
    }

    // Leaves the address of the result and the operands.
    private bool TryOperands(Statement statement, string to, string from)
    {
        if (Size(to) < 4 || !CanHold(statement.Operands[0], to) || !statement.Operands.Skip(1).All(operand => CanRead(operand, from)))
        {
            return false;
        }

        Target(statement.Operands[0]);
        foreach (string operand in statement.Operands.Skip(1))
        {
            Read(operand, from);
        }

        return true;
    }

    // Leaves the address of a register.
    private void Target(string register)
    {
        il.Emit(OpCodes.Ldloc, _registers);
        il.Emit(OpCodes.Ldc_I4, sizeof(ulong) * program.Registers[register].Index);
        il.Emit(OpCodes.Add);
    }

    private bool CanHold(string operand, string type) => program.Registers.TryGetValue(operand, out RegisterInfo? register) && register.Width == (type == "pred" ? 1 : 8 * Size(type));

    private bool CanRead(string operand, string type) => Size(type) >= 4 && (program.Registers.ContainsKey(operand) ? CanHold(operand, type) : Number(operand, type) is not null);

    private static int Size(string type) => type.Length == 3 && int.TryParse(type.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int bits) ? bits / 8 : 0;

    private void Read(string operand, string type)
    {
        if (program.Registers.ContainsKey(operand))
        {
            Target(operand);
            il.Emit(type switch { "f32" => OpCodes.Ldind_R4, "f64" => OpCodes.Ldind_R8, _ => Size(type) == 4 ? OpCodes.Ldind_I4 : OpCodes.Ldind_I8 });
            return;
        }

        ulong bits = Number(operand, type)!.Value;
        switch (type)
        {
            case "f32":
                il.Emit(OpCodes.Ldc_I4, (int)bits);
                il.Emit(OpCodes.Call, typeof(BitConverter).GetMethod(nameof(BitConverter.Int32BitsToSingle))!);
                break;
            case "f64":
                il.Emit(OpCodes.Ldc_I8, (long)bits);
                il.Emit(OpCodes.Call, typeof(BitConverter).GetMethod(nameof(BitConverter.Int64BitsToDouble))!);
                break;
            case [_, '3', '2']:
                il.Emit(OpCodes.Ldc_I4, (int)bits);
                break;
            default:
                il.Emit(OpCodes.Ldc_I8, (long)bits);
                break;
        }
    }

    // Registers of 32 bits keep their upper half zero.
    private void Write(string type)
    {
        switch (type)
        {
            case "f32":
                il.Emit(OpCodes.Call, typeof(BitConverter).GetMethod(nameof(BitConverter.SingleToUInt32Bits))!);
                il.Emit(OpCodes.Conv_U8);
                il.Emit(OpCodes.Stind_I8);
                break;
            case "f64":
                il.Emit(OpCodes.Stind_R8);
                break;
            default:
                il.Emit(Size(type) == 4 ? OpCodes.Conv_U8 : OpCodes.Conv_I8);
                il.Emit(OpCodes.Stind_I8);
                break;
        }
    }

    // Constants that are numbers; names of arrays and special registers are left to the statement's own function.
    private static ulong? Number(string operand, string type)
    {
        if (type == "f32")
        {
            return operand.Length == 10 && operand.StartsWith("0f", StringComparison.OrdinalIgnoreCase) ? uint.Parse(operand.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : null;
        }

        if (type == "f64")
        {
            return operand.Length == 18 && operand.StartsWith("0d", StringComparison.OrdinalIgnoreCase) ? ulong.Parse(operand.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : null;
        }

        return long.TryParse(operand, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? (ulong)value : null;
    }
}
