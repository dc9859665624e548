using System;
using System.Linq;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Matrix instructions of a warp, written from the fragment tables of the PTX ISA.</summary>
public sealed class WarpMatrices(PtxProgram program, MemoryAccess memory)
{
    private const int WarpSize = 32;

    private readonly OperandReader _operands = new(program);

    /// <summary>mma.sync.aligned.m16n8k16 or m16n8k8.row.col.f32.T.T.f32 d, a, b, c: whole matrices are put together, multiplied and handed out.</summary>
    public void Multiply(Warp warp, Statement statement)
    {
        int depth = statement.Parts.Contains("m16n8k16") ? 16 : statement.Parts.Contains("m16n8k8") ? 8 : throw Unknown(statement);
        bool isBrain = statement.Parts.Contains("bf16");
        if (statement.Parts is not ["mma", "sync", "aligned", _, "row", "col", "f32", "f16" or "bf16", "f16" or "bf16", "f32"] || (isBrain && depth == 8) || warp.Lanes.Count != WarpSize)
        {
            throw Unknown(statement);
        }

        RegisterInfo[] results = [.. Names(statement, 0, 4).Select(name => _operands.Register(name, statement))];
        Source[] a = Read(statement, 1, depth / 4, "b32");
        Source[] b = Read(statement, 2, depth / 8, "b32");
        Source[] c = Read(statement, 3, 4, "f32");
        float[,] left = new float[16, depth];
        float[,] right = new float[depth, 8];
        foreach (Lane lane in warp.Lanes)
        {
            (int g, int t) = (lane.LaneNumber / 4, lane.LaneNumber % 4);
            for (int i = 0; i < a.Length; i++)
            {
                Put((uint)a[i].Read(lane), isBrain, (value, j) => left[g + (8 * (i % 2)), (2 * t) + (8 * (i / 2)) + j] = value);
            }

            for (int i = 0; i < b.Length; i++)
            {
                Put((uint)b[i].Read(lane), isBrain, (value, j) => right[(2 * t) + (8 * i) + j, g] = value);
            }
        }

        float[][] sums = [.. warp.Lanes.Select(lane => c.Select(source => Bits.ToSingle(source.Read(lane))).ToArray())];
        foreach (Lane lane in warp.Lanes)
        {
            (int g, int t) = (lane.LaneNumber / 4, lane.LaneNumber % 4);
            for (int i = 0; i < 4; i++)
            {
                float sum = sums[lane.LaneNumber][i];
                for (int k = 0; k < depth; k++)
                {
                    sum = MathF.FusedMultiplyAdd(left[g + (8 * (i / 2)), k], right[k, (2 * t) + (i % 2)], sum);
                }

                lane.Set(results[i].Index, Bits.Of(sum));
            }
        }
    }

    /// <summary>ldmatrix.sync.aligned.m8n8.x4[.trans].shared.b16 d, [address].</summary>
    public void Load(Warp warp, Statement statement)
    {
        bool isTransposed = statement.Parts.Contains("trans");
        if (!statement.Parts.Contains("x4") || !statement.Parts.Contains("shared") || warp.Lanes.Count != WarpSize)
        {
            throw Unknown(statement);
        }

        RegisterInfo[] results = [.. Names(statement, 0, 4).Select(name => _operands.Register(name, statement))];
        (Func<Lane, ulong> address, _) = _operands.Address(statement.Operands[1], statement);
        ulong[] rows = [.. warp.Lanes.Select(address)];
        foreach (Lane lane in warp.Lanes)
        {
            MemoryAccess.RequireAligned(lane, rows[lane.LaneNumber], 16, statement);
            (int g, int t) = (lane.LaneNumber / 4, lane.LaneNumber % 4);
            for (int matrix = 0; matrix < 4; matrix++)
            {
                ulong Element(int row, int column) => memory.Load(lane, "shared", rows[(8 * matrix) + row] + (ulong)(2 * column), 2, false, statement);
                ulong low = isTransposed ? Element(2 * t, g) : Element(g, 2 * t);
                ulong high = isTransposed ? Element((2 * t) + 1, g) : Element(g, (2 * t) + 1);
                lane.Set(results[matrix].Index, low | (high << 16));
            }
        }
    }

    private static void Put(uint pair, bool isBrain, Action<float, int> put)
    {
        put(isBrain ? BitConverter.UInt32BitsToSingle(pair << 16) : Halves.Low(pair), 0);
        put(isBrain ? BitConverter.UInt32BitsToSingle(pair & 0xFFFF0000) : Halves.High(pair), 1);
    }

    private Source[] Read(Statement statement, int operand, int count, string type) => [.. Names(statement, operand, count).Select(name => _operands.Source(name, type, statement))];

    private static string[] Names(Statement statement, int operand, int count)
    {
        string text = statement.Operands[operand];
        string[] names = text is ['{', .., '}'] ? text[1..^1].Split(',', StringSplitOptions.TrimEntries) : [];
        return names.Length == count ? names : throw Unknown(statement);
    }

    private static PtxFaultException Unknown(Statement statement) => new(FaultKind.Syntax, $"{statement}: the instruction is not known");
}
