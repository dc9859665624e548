using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Statements that follow each other without a branch or a label, as one function of a thread.</summary>
/// <param name="Step">Runs them.</param>
/// <param name="Length">How many they are.</param>
public sealed record StraightRun(LaneStep Step, int Length);

/// <summary>
/// Compiles straight runs of statements to .NET code: what is frequent becomes instructions on the thread's registers, everything else calls the statement's own
/// function. A thread runs all of a run before the next one does, which no program without races can tell. Registers are not asked whether they have a value.
/// </summary>
public sealed unsafe class StraightRunCompiler
{
    private readonly PtxProgram _program;
    private readonly RunState _state;
    private DynamicMethod _method = null!;
    private ILGenerator _il = null!;
    private LocalBuilder _registers = null!;

    private StraightRunCompiler(PtxProgram program, LaneStep[] steps, MemoryAccess memory)
    {
        _program = program;
        _state = new RunState(steps, memory, [.. program.Statements]);
    }

    /// <summary>The run that starts at each statement, or null.</summary>
    public static StraightRun?[] Compile(PtxProgram program, LaneStep[] steps, StatementKind[] kinds, MemoryAccess memory, IEnumerable<int> meetings)
    {
        var compiler = new StraightRunCompiler(program, steps, memory);
        HashSet<int> starts = [.. program.Labels.Values, .. meetings];
        var runs = new StraightRun?[program.Statements.Count];
        for (int first = 0; first < runs.Length; first++)
        {
            int end = first;
            while (end < runs.Length && kinds[end] == StatementKind.Own && program.Statements[end].Guard is null && (end == first || !starts.Contains(end)))
            {
                end++;
            }

            if (end > first)
            {
                runs[first] = new StraightRun(compiler.CompileRun(first, end), end - first);
                first = end - 1;
            }
        }

        return runs;
    }

    private LaneStep CompileRun(int first, int end)
    {
        _method = new DynamicMethod("Run", typeof(void), [typeof(RunState), typeof(Lane)], typeof(StraightRunCompiler).Module, skipVisibility: true);
        _il = _method.GetILGenerator();
        _registers = _il.DeclareLocal(typeof(byte*));
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Call, typeof(Lane).GetProperty(nameof(Lane.RegisterPointer))!.GetMethod!);
        _il.Emit(OpCodes.Stloc, _registers);
        for (int i = first; i < end; i++)
        {
            if (!TryEmit(_program.Statements[i], i))
            {
                _il.Emit(OpCodes.Ldarg_0);
                _il.Emit(OpCodes.Call, typeof(RunState).GetProperty(nameof(RunState.Steps))!.GetMethod!);
                _il.Emit(OpCodes.Ldc_I4, i);
                _il.Emit(OpCodes.Ldelem_Ref);
                _il.Emit(OpCodes.Ldarg_1);
                _il.Emit(OpCodes.Callvirt, typeof(LaneStep).GetMethod("Invoke")!);
            }
        }

        _il.Emit(OpCodes.Ret);
        return _method.CreateDelegate<LaneStep>(_state);
    }

    private bool TryEmit(Statement statement, int index)
    {
        string type = statement.Parts[^1];
        string[] operands = statement.Operands;
        return statement.Parts switch
        {
            ["mov", _] when type != "pred" && operands[1][0] != '{' && operands[0][0] != '{' => TryBinary(statement, type, null),
            ["add", _] or ["add", "rn", _] => TryBinary(statement, type, OpCodes.Add),
            ["sub", _] or ["sub", "rn", _] => TryBinary(statement, type, OpCodes.Sub),
            ["mul", "lo", _] or ["mul", "rn", "f32" or "f64"] or ["mul", "f32" or "f64"] => TryBinary(statement, type, OpCodes.Mul),
            ["div", "rn", "f32" or "f64"] => TryBinary(statement, type, OpCodes.Div),
            ["and", "b32" or "b64"] => TryBinary(statement, type, OpCodes.And),
            ["or", "b32" or "b64"] => TryBinary(statement, type, OpCodes.Or),
            ["xor", "b32" or "b64"] => TryBinary(statement, type, OpCodes.Xor),
            ["mul", "wide", "s32" or "u32"] => TryWide(statement, type),
            ["fma", "rn", "f32"] => TryFma(statement),
            ["setp", "eq" or "ne" or "lt" or "le" or "gt" or "ge", "f32" or "s32" or "u32" or "s64" or "u64"] => TryCompare(statement, type),
            ["selp", _] when type != "pred" => TrySelect(statement, type),
            ["ld", "global", "f32" or "f64" or "u32" or "s32" or "b32" or "u64" or "s64" or "b64"] => TryLoad(statement, type, index),
            ["st", "global", "f32" or "f64" or "u32" or "s32" or "b32" or "u64" or "s64" or "b64"] => TryStore(statement, type, index),
            _ => false,
        };
    }

    private bool TryBinary(Statement statement, string type, OpCode? operation)
    {
        if (!CanHold(statement.Operands[0], type) || !statement.Operands.Skip(1).All(operand => CanRead(operand, type)))
        {
            return false;
        }

        Target(statement.Operands[0]);
        foreach (string operand in statement.Operands.Skip(1))
        {
            Read(operand, type);
        }

        if (operation is { } code)
        {
            _il.Emit(code);
        }

        Write(type);
        return true;
    }

    private bool TryWide(Statement statement, string type)
    {
        bool isSigned = type == "s32";
        if (!CanHold(statement.Operands[0], "b64") || !statement.Operands.Skip(1).All(operand => CanRead(operand, type)))
        {
            return false;
        }

        Target(statement.Operands[0]);
        foreach (string operand in statement.Operands.Skip(1))
        {
            Read(operand, type);
            _il.Emit(isSigned ? OpCodes.Conv_I8 : OpCodes.Conv_U8);
        }

        _il.Emit(OpCodes.Mul);
        _il.Emit(OpCodes.Stind_I8);
        return true;
    }

    private bool TryFma(Statement statement)
    {
        if (!CanHold(statement.Operands[0], "f32") || !statement.Operands.Skip(1).All(operand => CanRead(operand, "f32")))
        {
            return false;
        }

        Target(statement.Operands[0]);
        foreach (string operand in statement.Operands.Skip(1))
        {
            Read(operand, "f32");
        }

        _il.Emit(OpCodes.Call, typeof(MathF).GetMethod(nameof(MathF.FusedMultiplyAdd))!);
        Write("f32");
        return true;
    }

    // Of floats only what is false for NaN is emitted here but for ge and le, which are the opposite of the unordered opposite.
    private bool TryCompare(Statement statement, string type)
    {
        string[] operands = statement.Operands;
        string relation = statement.Parts[1];
        bool isFloat = type == "f32";
        if ((isFloat && relation == "ne") || !CanHold(operands[0], "pred") || !CanRead(operands[1], type) || !CanRead(operands[2], type))
        {
            return false;
        }

        bool isUnsigned = type[0] == 'u';
        Target(operands[0]);
        Read(operands[1], type);
        Read(operands[2], type);
        OpCode code = relation switch
        {
            "eq" or "ne" => OpCodes.Ceq,
            "lt" => isUnsigned ? OpCodes.Clt_Un : OpCodes.Clt,
            "gt" => isUnsigned ? OpCodes.Cgt_Un : OpCodes.Cgt,
            "le" => isUnsigned || isFloat ? OpCodes.Cgt_Un : OpCodes.Cgt,
            _ => isUnsigned || isFloat ? OpCodes.Clt_Un : OpCodes.Clt,
        };
        _il.Emit(code);
        if (relation is "ne" or "le" or "ge")
        {
            _il.Emit(OpCodes.Ldc_I4_0);
            _il.Emit(OpCodes.Ceq);
        }

        _il.Emit(OpCodes.Conv_U8);
        _il.Emit(OpCodes.Stind_I8);
        return true;
    }

    private bool TrySelect(Statement statement, string type)
    {
        string[] operands = statement.Operands;
        if (!CanHold(operands[0], type) || !CanRead(operands[1], type) || !CanRead(operands[2], type) || !_program.Registers.ContainsKey(operands[3]))
        {
            return false;
        }

        Label otherwise = _il.DefineLabel();
        Label done = _il.DefineLabel();
        Target(operands[3]);
        _il.Emit(OpCodes.Ldind_I8);
        _il.Emit(OpCodes.Brfalse, otherwise);
        Target(operands[0]);
        Read(operands[1], type);
        Write(type);
        _il.Emit(OpCodes.Br, done);
        _il.MarkLabel(otherwise);
        Target(operands[0]);
        Read(operands[2], type);
        Write(type);
        _il.MarkLabel(done);
        return true;
    }

    private bool TryLoad(Statement statement, string type, int index)
    {
        if (Place(statement.Operands[1]) is not { } place || !CanHold(statement.Operands[0], type))
        {
            return false;
        }

        Target(statement.Operands[0]);
        Address(place, index);
        Call(Size(type) == 4 ? nameof(RunState.Load4) : nameof(RunState.Load8));
        _il.Emit(OpCodes.Stind_I8);
        return true;
    }

    private bool TryStore(Statement statement, string type, int index)
    {
        if (Place(statement.Operands[0]) is not { } place || !_program.Registers.ContainsKey(statement.Operands[1]))
        {
            return false;
        }

        Address(place, index);
        Target(statement.Operands[1]);
        _il.Emit(OpCodes.Ldind_I8);
        Call(Size(type) == 4 ? nameof(RunState.Store4) : nameof(RunState.Store8));
        return true;
    }

    private void Address((string Register, long Offset) place, int index)
    {
        _il.Emit(OpCodes.Ldarg_0);
        _il.Emit(OpCodes.Ldarg_1);
        _il.Emit(OpCodes.Ldc_I4, index);
        Target(place.Register);
        _il.Emit(OpCodes.Ldind_I8);
        _il.Emit(OpCodes.Ldc_I8, place.Offset);
        _il.Emit(OpCodes.Add);
    }

    private void Call(string name) => _il.Emit(OpCodes.Call, typeof(RunState).GetMethod(name, BindingFlags.Public | BindingFlags.Instance)!);

    // [register + number]; null for names of arrays.
    private (string Register, long Offset)? Place(string operand)
    {
        string inner = operand[1..^1].Replace(" ", string.Empty, StringComparison.Ordinal);
        int sign = inner.AsSpan(1).IndexOfAny('+', '-') + 1;
        string name = sign > 0 ? inner[..sign] : inner;
        string number = sign > 0 ? inner[sign..].Replace("+-", "-", StringComparison.Ordinal) : "0";
        return _program.Registers.ContainsKey(name) ? (name, long.Parse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)) : null;
    }

    // Leaves the address of a register.
    private void Target(string register)
    {
        _il.Emit(OpCodes.Ldloc, _registers);
        _il.Emit(OpCodes.Ldc_I4, sizeof(ulong) * _program.Registers[register].Index);
        _il.Emit(OpCodes.Add);
    }

    private bool CanHold(string operand, string type) => _program.Registers.TryGetValue(operand, out RegisterInfo? register) && register.Width == (type == "pred" ? 1 : 8 * Size(type));

    private bool CanRead(string operand, string type) => Size(type) >= 4 && (_program.Registers.ContainsKey(operand) ? CanHold(operand, type) : Number(operand, type) is not null);

    private static int Size(string type) => type.Length == 3 && int.TryParse(type.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int bits) ? bits / 8 : 0;

    private void Read(string operand, string type)
    {
        if (_program.Registers.ContainsKey(operand))
        {
            Target(operand);
            _il.Emit(type switch { "f32" => OpCodes.Ldind_R4, "f64" => OpCodes.Ldind_R8, _ => Size(type) == 4 ? OpCodes.Ldind_I4 : OpCodes.Ldind_I8 });
            return;
        }

        ulong bits = Number(operand, type)!.Value;
        switch (type)
        {
            case "f32":
                _il.Emit(OpCodes.Ldc_I4, (int)bits);
                _il.Emit(OpCodes.Call, typeof(BitConverter).GetMethod(nameof(BitConverter.Int32BitsToSingle))!);
                break;
            case "f64":
                _il.Emit(OpCodes.Ldc_I8, (long)bits);
                _il.Emit(OpCodes.Call, typeof(BitConverter).GetMethod(nameof(BitConverter.Int64BitsToDouble))!);
                break;
            case [_, '3', '2']:
                _il.Emit(OpCodes.Ldc_I4, (int)bits);
                break;
            default:
                _il.Emit(OpCodes.Ldc_I8, (long)bits);
                break;
        }
    }

    // Registers of 32 bits keep their upper half zero.
    private void Write(string type)
    {
        switch (type)
        {
            case "f32":
                _il.Emit(OpCodes.Call, typeof(BitConverter).GetMethod(nameof(BitConverter.SingleToUInt32Bits))!);
                _il.Emit(OpCodes.Conv_U8);
                _il.Emit(OpCodes.Stind_I8);
                break;
            case "f64":
                _il.Emit(OpCodes.Stind_R8);
                break;
            default:
                _il.Emit(Size(type) == 4 ? OpCodes.Conv_U8 : OpCodes.Conv_I8);
                _il.Emit(OpCodes.Stind_I8);
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

/// <summary>What the code of straight runs calls.</summary>
/// <param name="steps">The statements' own functions.</param>
/// <param name="memory">Memory.</param>
/// <param name="statements">For messages.</param>
public sealed class RunState(LaneStep[] steps, MemoryAccess memory, Statement[] statements)
{
    /// <summary>The statements' own functions.</summary>
    public LaneStep[] Steps { get; } = steps;

    public ulong Load4(Lane lane, int statement, ulong address) => memory.LoadGlobal<uint>(lane, address, statements[statement]);

    public ulong Load8(Lane lane, int statement, ulong address) => memory.LoadGlobal<ulong>(lane, address, statements[statement]);

    public void Store4(Lane lane, int statement, ulong address, ulong value) => memory.StoreGlobal(lane, address, (uint)value, statements[statement]);

    public void Store8(Lane lane, int statement, ulong address, ulong value) => memory.StoreGlobal(lane, address, value, statements[statement]);
}
