using System;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using System.Threading;
using ILGPU.Ptx.Code;

namespace ILGPU.Runtime.CPU.Compiled;

// The operations; each has the meaning that the strict mode gives it on devices, which is .NET's own.
internal sealed partial class RegionCompiler
{
    private void EmitInstruction(PtxInstruction instruction)
    {
        switch (instruction.Operation)
        {
            case Operation.Store:
                EmitAddress(instruction);
                EmitOperand(instruction.Sources[1]);
                _il.Emit(StoreOf(instruction.Type));
                break;
            case Operation.Fence:
                _il.Emit(OpCodes.Call, typeof(Interlocked).GetMethod(nameof(Interlocked.MemoryBarrier))!);
                break;
            case Operation.Atomic:
                EmitAtomic(instruction);
                Keep(instruction);
                break;
            default:
                EmitValue(instruction);
                Keep(instruction);
                break;
        }

        Free(instruction);
    }

    private void Keep(PtxInstruction instruction)
    {
        if (instruction.Result is { } result)
        {
            _il.Emit(OpCodes.Stloc, LocalOf(result));
        }
        else
        {
            _il.Emit(OpCodes.Pop);
        }
    }

    // Leaves the result on the stack.
    private void EmitValue(PtxInstruction instruction)
    {
        Operand[] sources = instruction.Sources;
        DataType type = instruction.Type;
        switch (instruction.Operation)
        {
            case Operation.LoadParameter:
                EmitField(nameof(GroupState.Parameters));
                _il.Emit(OpCodes.Ldc_I4, checked((int)(_layout.ParameterOffset(instruction.Name!) + instruction.Offset)));
                _il.Emit(OpCodes.Add);
                _il.Emit(LoadOf(type));
                break;
            case Operation.SpecialRegister:
                EmitField(SpecialField(instruction.Name!));
                break;
            case Operation.Load:
                EmitAddress(instruction);
                _il.Emit(LoadOf(type));
                break;
            case Operation.SelP:
                EmitSelection(sources);
                break;
            case Operation.SetP:
                EmitOperand(sources[0]);
                EmitOperand(sources[1]);
                EmitComparison(instruction.Comparison, type);
                break;
            case Operation.Cvt:
                EmitOperand(sources[0]);
                EmitConversion(type, instruction.SourceType, instruction.Rounding);
                break;
            case Operation.MulWide:
                OpCode widen = type == DataType.U32 ? OpCodes.Conv_U8 : OpCodes.Conv_I8;
                EmitOperand(sources[0]);
                _il.Emit(widen);
                EmitOperand(sources[1]);
                _il.Emit(widen);
                _il.Emit(OpCodes.Mul);
                break;
            case Operation.CopySign:
                EmitOperand(sources[1]);
                EmitOperand(sources[0]);
                EmitMath(nameof(Math.CopySign), type, 2);
                break;
            case Operation.HostCall:
                EmitHostCall(instruction);
                break;
            default:
                foreach (Operand source in sources)
                {
                    EmitOperand(source);
                }

                EmitArithmetic(instruction);
                break;
        }
    }

    private void EmitArithmetic(PtxInstruction instruction)
    {
        DataType type = instruction.Type;
        bool isUnsigned = type is DataType.U32 or DataType.U64;
        OpCode? code = instruction.Operation switch
        {
            Operation.Mov or Operation.ToGeneric => OpCodes.Nop,
            Operation.Add => OpCodes.Add,
            Operation.Sub => OpCodes.Sub,
            Operation.Mul => OpCodes.Mul,
            Operation.Div => isUnsigned ? OpCodes.Div_Un : OpCodes.Div,
            Operation.Rem => isUnsigned ? OpCodes.Rem_Un : OpCodes.Rem,
            Operation.And => OpCodes.And,
            Operation.Or => OpCodes.Or,
            Operation.Xor => OpCodes.Xor,
            Operation.Neg => OpCodes.Neg,
            Operation.Not when type != DataType.Predicate => OpCodes.Not,
            _ => null,
        };
        if (code is { } simple)
        {
            _il.Emit(simple);
            return;
        }

        switch (instruction.Operation)
        {
            case Operation.Not:
                _il.Emit(OpCodes.Ldc_I4_0);
                _il.Emit(OpCodes.Ceq);
                break;
            case Operation.Min or Operation.Max:
                EmitMath(instruction.Operation.ToString(), type, 2);
                break;
            case Operation.Abs:
                EmitMath(nameof(Math.Abs), type, 1);
                break;
            case Operation.Sqrt:
                EmitMath(nameof(Math.Sqrt), type, 1);
                break;
            case Operation.Fma:
                EmitMath(nameof(Math.FusedMultiplyAdd), type, 3);
                break;
            case Operation.Bits:
                EmitBits(instruction.Sources[0].Type, type.Register());
                break;
            case Operation.Shl or Operation.Shr or Operation.MulHigh or Operation.Popc or Operation.Clz or Operation.Brev:
                EmitCall(typeof(HostOperations), instruction.Operation.ToString(), [.. instruction.Sources.Select((source, i) => i == 0 || instruction.Operation == Operation.MulHigh ? WordOf(type) : TypeOf(source.Type))]);
                break;
            default:
                throw new NotSupportedException($"the operation {instruction.Operation} has no counterpart on the CPU");
        }
    }

    // A function of Math or MathF on as many numbers of the type.
    private void EmitMath(string name, DataType type, int count)
        => EmitCall(type == DataType.F32 ? typeof(MathF) : typeof(Math), name, [.. Enumerable.Repeat(WordOf(type), count)]);

    private void EmitCall(Type owner, string name, Type[] types)
    {
        MethodInfo method = owner.GetMethod(name, BindingFlags.Public | BindingFlags.Static, types)
            ?? throw new NotSupportedException($"{owner.Name}.{name} of {string.Join(", ", types.Select(type => type.Name))} has no counterpart on the CPU");
        _il.Emit(OpCodes.Call, method);
    }

    private void EmitHostCall(PtxInstruction instruction)
    {
        MethodInfo method = instruction.Method!;
        for (int i = 0; i < instruction.Sources.Length; i++)
        {
            EmitOperand(instruction.Sources[i]);
        }

        _il.Emit(OpCodes.Call, method);
    }

    private void EmitAtomic(PtxInstruction instruction)
    {
        string name = instruction.Name switch
        {
            "add" => nameof(Atomic.Add),
            "min" => nameof(Atomic.Min),
            "max" => nameof(Atomic.Max),
            "and" => nameof(Atomic.And),
            "or" => nameof(Atomic.Or),
            "xor" => nameof(Atomic.Xor),
            "exch" => nameof(Atomic.Exchange),
            "cas" => nameof(Atomic.CompareExchange),
            _ => throw new NotSupportedException($"the atomic operation {instruction.Name} of {instruction.Type} has no counterpart on the CPU"),
        };
        Type word = WordOf(instruction.Type);
        EmitAddress(instruction);
        foreach (Operand source in instruction.Sources.Skip(1))
        {
            EmitOperand(source);
        }

        EmitCall(typeof(Atomic), name, [word.MakeByRefType(), .. Enumerable.Repeat(word, instruction.Sources.Length - 1)]);
    }

    private void EmitSelection(Operand[] sources)
    {
        Label otherwise = _il.DefineLabel();
        Label done = _il.DefineLabel();
        EmitOperand(sources[2]);
        _il.Emit(OpCodes.Brfalse, otherwise);
        EmitOperand(sources[0]);
        _il.Emit(OpCodes.Br, done);
        _il.MarkLabel(otherwise);
        EmitOperand(sources[1]);
        _il.MarkLabel(done);
    }

    // Comparisons with U also hold where a number is NaN: the opposite of the ordered opposite.
    private void EmitComparison(Comparison comparison, DataType type)
    {
        bool isFloat = type.IsFloat();
        bool isUnsigned = type is DataType.U8 or DataType.U16 or DataType.U32 or DataType.U64;
        OpCode less = isUnsigned ? OpCodes.Clt_Un : OpCodes.Clt;
        OpCode greater = isUnsigned ? OpCodes.Cgt_Un : OpCodes.Cgt;
        // For floats .un means "or unordered".
        OpCode lessOr = isFloat ? OpCodes.Clt_Un : less;
        OpCode greaterOr = isFloat ? OpCodes.Cgt_Un : greater;
        (OpCode code, bool isNegated) = comparison switch
        {
            Comparison.Eq => (OpCodes.Ceq, false),
            Comparison.Ne when !isFloat => (OpCodes.Ceq, true),
            Comparison.Neu => (OpCodes.Ceq, true),
            Comparison.Lt => (less, false),
            Comparison.Le => (greaterOr, true),
            Comparison.Gt => (greater, false),
            Comparison.Ge => (lessOr, true),
            Comparison.Ltu => (lessOr, false),
            Comparison.Leu => (greater, true),
            Comparison.Gtu => (greaterOr, false),
            Comparison.Geu => (less, true),
            _ => throw new NotSupportedException($"the comparison {comparison} of {type} has no counterpart on the CPU"),
        };
        _il.Emit(code);
        if (isNegated)
        {
            _il.Emit(OpCodes.Ldc_I4_0);
            _il.Emit(OpCodes.Ceq);
        }
    }

    private void EmitConversion(DataType to, DataType from, Rounding rounding)
    {
        if (from == DataType.F16 || to == DataType.F16)
        {
            bool isDouble = (from == DataType.F16 ? to : from) == DataType.F64;
            string name = from == DataType.F16 ? (isDouble ? nameof(HostOperations.HalfToDouble) : nameof(HostOperations.HalfToSingle)) : nameof(HostOperations.ToHalf);
            EmitCall(typeof(HostOperations), name, [from == DataType.F16 ? typeof(int) : isDouble ? typeof(double) : typeof(float)]);
            return;
        }

        if (from.IsFloat() && rounding is Rounding.Rni or Rounding.Rmi or Rounding.Rpi or Rounding.Rzi)
        {
            EmitRounding(from, rounding, isToInteger: !to.IsFloat());
        }
        else if (!from.IsFloat() && from.Size() < sizeof(int))
        {
            _il.Emit(Narrow(from));
        }

        if (to.IsFloat())
        {
            if (from is DataType.U32 or DataType.U64)
            {
                _il.Emit(OpCodes.Conv_R_Un);
            }

            _il.Emit(to == DataType.F32 ? OpCodes.Conv_R4 : OpCodes.Conv_R8);
            return;
        }

        bool isFromWord = from is DataType.U32 or DataType.U16 or DataType.U8;
        _il.Emit(to.Size() == sizeof(long) && !from.IsFloat() ? (isFromWord ? OpCodes.Conv_U8 : OpCodes.Conv_I8) : Narrow(to));
    }

    // A conversion to an integer cuts off by itself.
    private void EmitRounding(DataType type, Rounding rounding, bool isToInteger)
    {
        if (rounding == Rounding.Rzi && isToInteger)
        {
            return;
        }

        EmitMath(rounding switch { Rounding.Rni => nameof(Math.Round), Rounding.Rmi => nameof(Math.Floor), Rounding.Rpi => nameof(Math.Ceiling), _ => nameof(Math.Truncate) }, type, 1);
    }

    private static OpCode Narrow(DataType type) => type switch
    {
        DataType.S8 => OpCodes.Conv_I1,
        DataType.U8 => OpCodes.Conv_U1,
        DataType.S16 => OpCodes.Conv_I2,
        DataType.U16 => OpCodes.Conv_U2,
        DataType.S32 => OpCodes.Conv_I4,
        DataType.U32 => OpCodes.Conv_U4,
        DataType.S64 => OpCodes.Conv_I8,
        DataType.U64 => OpCodes.Conv_U8,
        _ => throw new NotSupportedException($"a conversion to {type} has no counterpart on the CPU"),
    };

    private void EmitBits(DataType from, DataType to)
    {
        string? name = (from, to) switch
        {
            (DataType.F32, DataType.S32) => nameof(BitConverter.SingleToInt32Bits),
            (DataType.S32, DataType.F32) => nameof(BitConverter.Int32BitsToSingle),
            (DataType.F64, DataType.S64) => nameof(BitConverter.DoubleToInt64Bits),
            (DataType.S64, DataType.F64) => nameof(BitConverter.Int64BitsToDouble),
            _ when from == to => null,
            _ => throw new NotSupportedException($"the bits of {from} as {to} have no counterpart on the CPU"),
        };
        if (name is not null)
        {
            EmitCall(typeof(BitConverter), name, [TypeOf(from)]);
        }
    }

    private void EmitAddress(PtxInstruction instruction)
    {
        if (instruction.Sources[0] is ArrayAddress array)
        {
            EmitArray(array.Array, array.Offset + instruction.Offset);
        }
        else
        {
            EmitOperand(instruction.Sources[0]);
            if (instruction.Offset != 0)
            {
                _il.Emit(OpCodes.Ldc_I8, instruction.Offset);
                _il.Emit(OpCodes.Add);
            }
        }

        _il.Emit(OpCodes.Conv_I);
    }

    private void EmitArray(MemoryArray array, long offset)
    {
        bool isLocal = array.Space == AddressSpace.Local;
        _il.Emit(OpCodes.Ldloc, (isLocal ? _local : _shared)!);
        if (!isLocal && array.Size > 0)
        {
            // Static arrays come after the launch's dynamic part.
            EmitField(nameof(GroupState.DynamicSharedBytes));
            EmitCall(typeof(KernelLayout), nameof(KernelLayout.RoundUp), [typeof(int)]);
            _il.Emit(OpCodes.Add);
        }

        _il.Emit(OpCodes.Ldc_I8, _layout.ArrayOffset(array) + offset);
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Add);
    }

    private void EmitOperand(Operand operand)
    {
        switch (operand)
        {
            case Register register:
                _il.Emit(OpCodes.Ldloc, LocalOf(register));
                break;
            case ArrayAddress address:
                EmitArray(address.Array, address.Offset);
                _il.Emit(OpCodes.Conv_I8);
                break;
            case Constant { Type: DataType.S64 } constant:
                _il.Emit(OpCodes.Ldc_I8, constant.Int64);
                break;
            case Constant { Type: DataType.F32 } constant:
                // As bits: the payload of a NaN stays.
                _il.Emit(OpCodes.Ldc_I4, constant.Int32);
                EmitBits(DataType.S32, DataType.F32);
                break;
            case Constant { Type: DataType.F64 } constant:
                _il.Emit(OpCodes.Ldc_I8, constant.Int64);
                EmitBits(DataType.S64, DataType.F64);
                break;
            case Constant constant:
                _il.Emit(OpCodes.Ldc_I4, constant.Int32);
                break;
            default:
                throw new NotSupportedException($"the operand {operand} has no counterpart on the CPU");
        }
    }

    private static string SpecialField(string name) => name switch
    {
        "ctaid.x" => nameof(GroupState.GridX),
        "ctaid.y" => nameof(GroupState.GridY),
        "ctaid.z" => nameof(GroupState.GridZ),
        "nctaid.x" => nameof(GroupState.GridDimensionX),
        "nctaid.y" => nameof(GroupState.GridDimensionY),
        "nctaid.z" => nameof(GroupState.GridDimensionZ),
        "ntid.x" => nameof(GroupState.GroupDimensionX),
        "ntid.y" => nameof(GroupState.GroupDimensionY),
        "ntid.z" => nameof(GroupState.GroupDimensionZ),
        "dynamic_smem_size" => nameof(GroupState.DynamicSharedBytes),
        _ => throw new NotSupportedException($"the register %{name} has no counterpart on the CPU"),
    };

    private static Type WordOf(DataType type) => type switch
    {
        DataType.U32 => typeof(uint),
        DataType.U64 => typeof(ulong),
        DataType.S64 => typeof(long),
        DataType.F32 => typeof(float),
        DataType.F64 => typeof(double),
        _ => typeof(int),
    };
}
