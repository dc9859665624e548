using System;
using System.Collections.Generic;
using System.Linq;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Emission;

internal sealed partial class PtxWriter
{
    // The registers that a register stands for.
    private readonly Dictionary<Register, string[]> _parts = [];

    private void WriteVector(PtxInstruction instruction)
    {
        switch (instruction.Operation)
        {
            case Operation.Ballot:
                Add($"vote.sync.ballot.b32 {Name(instruction.Result!)}, {InRegister(instruction.Sources[0])}, 0xffffffff;");
                break;
            case Operation.LoadVector:
                string width = instruction.Name![^2..];
                Add($"ld{Space(instruction)}{ReadOnly(instruction)}.{width}.f32 {Group(PartsOf(instruction, "%f", width == "v2" ? 2 : 4))}, {Address(instruction)};");
                break;
            case Operation.StoreVector:
                string[] stored = [.. instruction.Sources.Skip(1).Select(InRegister)];
                Add($"st{Space(instruction)}.v4.f32 {Address(instruction)}, {Group(stored)};");
                break;
            case Operation.ReduceVector:
                WriteReduction(instruction);
                break;
            case Operation.MultiplyMatrix:
                WriteProduct(instruction);
                break;
            case Operation.LoadMatrix:
                Require(instruction, AddressSpace.Shared);
                bool isTransposed = instruction.Name == "ldmatrix.x4.trans";
                Add($"ldmatrix.sync.aligned.m8n8.x4{(isTransposed ? ".trans" : string.Empty)}.shared.b16 {Group(PartsOf(instruction, "%r"))}, {Address(instruction)};");
                break;
            case Operation.Extract:
                string type = instruction.Type == DataType.F32 ? "f32" : "u32";
                Add($"mov.{type} {Name(instruction.Result!)}, {_parts[(Register)instruction.Sources[0]][instruction.Offset]};");
                break;
            case Operation.CopyAsync:
                Require(instruction, AddressSpace.Shared);
                Add($"cp.async.cg.shared.global {Address(instruction)}, [{InRegister(instruction.Sources[1])}], 16;");
                break;
            case Operation.PackHalves:
                // The first operand of the instruction is the upper half.
                Add($"cvt.rn.f16x2.f32 {Name(instruction.Result!)}, {InRegister(instruction.Sources[1])}, {InRegister(instruction.Sources[0])};");
                break;
            case Operation.WaitCopies:
                Add("cp.async.wait_all;");
                break;
            default:
                throw new InvalidOperationException($"The operation {instruction.Operation} has no PTX.");
        }
    }

    // The vector forms are for global memory only.
    private void WriteReduction(PtxInstruction instruction)
    {
        string[] summands = [.. instruction.Sources.Skip(1).Select(InRegister)];
        if (instruction.Name == "f16x2")
        {
            Add($"red{Space(instruction)}.add.noftz.f16x2 {Address(instruction)}, {summands[0]};");
        }
        else if (instruction.Space == AddressSpace.Global)
        {
            Add($"red.global.add.{instruction.Name}.f32 {Address(instruction)}, {Group(summands)};");
        }
        else
        {
            foreach (string summand in summands)
            {
                Add($"red{Space(instruction)}.add.f32 {Address(instruction)}, {summand};");
                instruction.Offset += sizeof(float);
            }
        }
    }

    // Turing multiplies eight columns at once.
    private void WriteProduct(PtxInstruction instruction)
    {
        string[] x = [.. instruction.Sources.Select(InRegister)];
        string[] result = PartsOf(instruction, "%f");
        string start = Group(x[6..10]);
        if (_target.HasAsyncCopies)
        {
            string type = instruction.Name!;
            Add($"mma.sync.aligned.m16n8k16.row.col.f32.{type}.{type}.f32 {Group(result)}, {Group(x[..4])}, {Group(x[4..6])}, {start};");
            return;
        }

        Add($"mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {Group(result)}, {Group(x[..2])}, {Group(x[4..5])}, {start};");
        Add($"mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {Group(result)}, {Group(x[2..4])}, {Group(x[5..6])}, {Group(result)};");
    }

    private string[] PartsOf(PtxInstruction instruction, string prefix, int count = 4)
    {
        if (!_parts.TryGetValue(instruction.Result!, out string[]? names))
        {
            _parts.Add(instruction.Result!, names = [.. Enumerable.Range(0, count).Select(_ => _names.New(prefix))]);
        }

        return names;
    }

    private void Require(PtxInstruction instruction, AddressSpace space)
    {
        if (instruction.Space != space)
        {
            throw new PtxCompilationException(_code.Name, instruction.Position, $"the address of {instruction.Operation} must be in {space.ToString().ToLowerInvariant()} memory");
        }
    }

    private static string ReadOnly(PtxInstruction instruction)
        => instruction.Space == AddressSpace.Global && instruction.Name is "nc" or "nc.v2" or "nc.v4" ? ".nc" : string.Empty;

    private static string Group(IEnumerable<string> registers) => $"{{{string.Join(", ", registers)}}}";
}
