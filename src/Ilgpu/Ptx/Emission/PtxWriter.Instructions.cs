using System;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Emission;

internal sealed partial class PtxWriter
{
    private bool IsStrict => _target.Math == PtxMathMode.Strict;

    private void WriteInstruction(PtxInstruction instruction)
    {
        string type = instruction.Type.Name();
        string bits = instruction.Type.BitName();
        bool isFloat = instruction.Type.IsFloat();
        string rounding = IsStrict ? ".rn" : string.Empty;
        switch (instruction.Operation)
        {
            case Operation.Mov:
                Plain($"mov.{(instruction.Type == DataType.S32 ? "u32" : instruction.Type == DataType.S64 ? "u64" : type)}", instruction);
                break;
            case Operation.Add or Operation.Sub:
                Plain($"{(instruction.Operation == Operation.Add ? "add" : "sub")}{(isFloat ? rounding : string.Empty)}.{type}", instruction);
                break;
            case Operation.Mul:
                Plain($"mul{(isFloat ? rounding : ".lo")}.{type}", instruction);
                break;
            case Operation.MulWide:
                Plain($"mul.wide.{type}", instruction);
                break;
            case Operation.MulHigh:
                Plain($"mul.hi.{type}", instruction);
                break;
            case Operation.Div:
                Plain($"div{(!isFloat ? string.Empty : IsStrict || instruction.Type == DataType.F64 ? ".rn" : ".full")}.{type}", instruction);
                break;
            case Operation.And or Operation.Or or Operation.Xor or Operation.Not or Operation.Shl:
                Plain($"{Lower(instruction.Operation)}.{bits}", instruction);
                break;
            case Operation.Rem or Operation.Shr:
                Plain($"{Lower(instruction.Operation)}.{type}", instruction);
                break;
            case Operation.Neg or Operation.Abs:
                Plain($"{Lower(instruction.Operation)}.{type}", instruction, inRegister: true);
                break;
            case Operation.Min or Operation.Max:
                Plain($"{Lower(instruction.Operation)}{(instruction.Type == DataType.F32 && IsStrict && _target.HasNanMinMax ? ".NaN" : string.Empty)}.{type}", instruction);
                break;
            case Operation.Fma:
                Plain($"fma.rn.{type}", instruction);
                break;
            case Operation.Sqrt:
                Plain($"sqrt{(IsStrict || instruction.Type == DataType.F64 ? ".rn" : ".approx")}.{type}", instruction, inRegister: true);
                break;
            case Operation.CopySign:
                Plain($"copysign.{type}", instruction, inRegister: true);
                break;
            case Operation.Ex2 or Operation.Lg2 or Operation.Sin or Operation.Cos:
                Plain($"{Lower(instruction.Operation)}.approx.{type}", instruction, inRegister: true);
                break;
            case Operation.Popc or Operation.Clz or Operation.Brev:
                Plain($"{Lower(instruction.Operation)}.{bits}", instruction, inRegister: true);
                break;
            case Operation.Bits:
                Plain($"mov.{bits}", instruction);
                break;
            case Operation.SetP:
                Plain($"setp.{Lower(instruction.Comparison)}.{type}", instruction);
                break;
            case Operation.SelP:
                Plain($"selp.{(isFloat ? type : bits)}", instruction);
                break;
            case Operation.Cvt:
                WriteConversion(instruction);
                break;
            default:
                WriteOther(instruction);
                break;
        }
    }

    private void Plain(string mnemonic, PtxInstruction instruction, bool inRegister = false)
        => Add($"{mnemonic} {string.Join(", ", instruction.Sources.Select(source => inRegister ? InRegister(source) : Name(source)).Prepend(Name(instruction.Result!)))};");

    private static string Lower<T>(T value)
        where T : struct, Enum
        => value.ToString().ToLowerInvariant();

    private void WriteConversion(PtxInstruction instruction)
    {
        string rounding = instruction.Rounding == Rounding.None ? string.Empty : "." + Lower(instruction.Rounding);
        string source = InRegister(instruction.Sources[0]);
        string result = Name(instruction.Result!);
        DataType to = instruction.Type;
        DataType from = instruction.SourceType;
        if (from == DataType.F16)
        {
            // Registers of 16 bits exist here only.
            string half = _names.New("%h");
            Add($"cvt.u16.u32 {half}, {source};");
            Add($"cvt.{to.Name()}.f16 {result}, {half};");
        }
        else if (to == DataType.F16)
        {
            string half = _names.New("%h");
            Add($"cvt.rn.f16.{from.Name()} {half}, {source};");
            Add($"cvt.u32.u16 {result}, {half};");
        }
        else if (!to.IsFloat() && to.Size() < 4)
        {
            // The low bits of a register, extended to the whole of it.
            bool isSigned = to is DataType.S8 or DataType.S16;
            Add($"cvt.{(isSigned ? "s32" : "u32")}.{to.Name()} {result}, {source};");
        }
        else
        {
            Add($"cvt{rounding}.{to.Name()}.{from.Name()} {result}, {source};");
        }
    }

    private void WriteOther(PtxInstruction instruction)
    {
        switch (instruction.Operation)
        {
            case Operation.LoadParameter:
                Add($"ld.param.{instruction.Type.Name()} {Name(instruction.Result!)}, [{instruction.Name}{Offset(instruction)}];");
                break;
            case Operation.Load:
                Add($"ld{Space(instruction)}{ReadOnly(instruction)}.{instruction.Type.Name()} {Name(instruction.Result!)}, {Address(instruction)};");
                break;
            case Operation.Store:
                string value = InRegister(instruction.Sources[1]);
                Add($"st{Space(instruction)}.{instruction.Type.Name()} {Address(instruction)}, {value};");
                break;
            case Operation.Atomic:
                WriteAtomic(instruction);
                break;
            case Operation.SpecialRegister:
                Add($"mov.u32 {Name(instruction.Result!)}, %{instruction.Name};");
                break;
            case Operation.Barrier:
                Add("bar.sync 0;");
                break;
            case Operation.BarrierReduce:
                Add($"bar.red.{instruction.Name}.u32 {Name(instruction.Result!)}, 0, {InRegister(instruction.Sources[0])};");
                break;
            case Operation.WarpBarrier:
                Add("bar.warp.sync 0xffffffff;");
                break;
            case Operation.Fence:
                Add($"membar.{instruction.Name};");
                break;
            case Operation.Shuffle:
                string word = InRegister(instruction.Sources[0]);
                Add($"shfl.sync.{instruction.Name}.b32 {Name(instruction.Result!)}, {word}, {Name(instruction.Sources[1])}, {Name(instruction.Sources[2])}, 0xffffffff;");
                break;
            case Operation.ToGeneric:
                Add($"cvta.{Lower(instruction.Space)}.u64 {Name(instruction.Result!)}, {Name(instruction.Sources[0])};");
                break;
            default:
                WriteVector(instruction);
                break;
        }
    }

    private void WriteAtomic(PtxInstruction instruction)
    {
        string name = instruction.Name!;
        string type = name is "exch" or "cas" or "and" or "or" or "xor" ? instruction.Type.BitName() : instruction.Type.Name();
        string[] operands = [.. instruction.Sources.Skip(1).Select(InRegister)];
        bool isReduction = name is not ("exch" or "cas") && !_read.Contains(instruction.Result!);
        string result = isReduction ? string.Empty : Name(instruction.Result!) + ", ";
        Add($"{(isReduction ? "red" : "atom")}{Space(instruction)}.{name}.{type} {result}{Address(instruction)}, {string.Join(", ", operands)};");
    }

    private static string Space(PtxInstruction instruction) => instruction.Space == AddressSpace.Generic ? string.Empty : "." + Lower(instruction.Space);

    private string Address(PtxInstruction instruction)
    {
        if (instruction.Sources[0] is ArrayAddress array)
        {
            long offset = array.Offset + instruction.Offset;
            return offset == 0 ? $"[{array.Array.Name}]" : $"[{array.Array.Name}{offset:+0;-0}]";
        }

        return $"[{Name(instruction.Sources[0])}{Offset(instruction)}]";
    }

    private static string Offset(PtxInstruction instruction) => instruction.Offset == 0 ? string.Empty : $"{instruction.Offset:+0;-0}";
}
