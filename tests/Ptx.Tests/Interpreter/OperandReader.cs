using System;
using System.Globalization;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Turns operands into functions of a thread, checking declarations and widths on the way.</summary>
public sealed class OperandReader(PtxProgram program)
{
    /// <summary>The register of an operand that is written or must be one.</summary>
    public RegisterInfo Register(string operand, Statement statement)
        => program.Registers.TryGetValue(operand, out RegisterInfo? register) ? register : throw new PtxFaultException(FaultKind.Syntax, $"{statement}: {operand} is not a declared register");

    /// <summary>An operand of a type; its register must have the type's width, or at least it where the instruction allows that.</summary>
    public Func<Lane, ulong> Value(string operand, string type, Statement statement, bool mayBeWider = false)
    {
        Source source = Source(operand, type, statement, mayBeWider);
        return source.Function ?? source.Read;
    }

    /// <summary>The same as an object, whose reading costs no call by a delegate.</summary>
    public Source Source(string operand, string type, Statement statement, bool mayBeWider = false)
    {
        if (program.Registers.TryGetValue(operand, out RegisterInfo? register))
        {
            RequireWidth(register, type, statement, mayBeWider);
            return new Source(register, statement);
        }

        if (operand.StartsWith('%'))
        {
            return new Source(Special(operand, statement));
        }

        if (program.Arrays.TryGetValue(operand, out ArrayInfo? array))
        {
            return new Source((ulong)array.Offset);
        }

        int plus = operand.IndexOf('+', StringComparison.Ordinal);
        if (plus > 0 && program.Arrays.ContainsKey(operand[..plus]))
        {
            return new Source(Address($"[{operand}]", statement).Address);
        }

        return new Source(Constant(operand, type, statement));
    }

    /// <summary>The address of [register + number] or [name + number], and whether it names a parameter.</summary>
    public (Func<Lane, ulong> Address, bool IsParameter) Address(string operand, Statement statement)
    {
        if (operand is not ['[', .., ']'])
        {
            throw new PtxFaultException(FaultKind.Syntax, $"{statement}: {operand} is not an address");
        }

        string inner = operand[1..^1].Replace(" ", string.Empty, StringComparison.Ordinal);
        int sign = inner.AsSpan(1).IndexOfAny('+', '-') + 1;
        string name = sign > 0 ? inner[..sign] : inner;
        string number = sign > 0 ? inner[sign..].Replace("+-", "-", StringComparison.Ordinal) : "0";
        long offset = long.Parse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (program.Parameters.TryGetValue(name, out (int Offset, int Size) parameter))
        {
            ulong at = (ulong)(parameter.Offset + offset);
            return (_ => at, true);
        }

        if (program.Arrays.TryGetValue(name, out ArrayInfo? array))
        {
            ulong at = (ulong)(array.Offset + offset);
            return (_ => at, false);
        }

        RegisterInfo register = Register(name, statement);
        RequireWidth(register, "b64", statement, false);
        var read = new Source(register, statement);
        return (lane => read.Read(lane) + (ulong)offset, false);
    }

    public static void RequireWidth(RegisterInfo register, string type, Statement statement, bool mayBeWider)
    {
        int width = type == "pred" ? 1 : int.Parse(type[1..], CultureInfo.InvariantCulture);
        bool fits = register.Width == width || (mayBeWider && register.Width > width && register.Width > 1);
        // A float register holds no integer, except where only bits count.
        bool sameKind = type[0] == 'b' || type == "pred" || register.Type[0] == 'b' || (register.Type[0] == 'f') == (type[0] == 'f');
        if (!fits || !sameKind)
        {
            throw new PtxFaultException(FaultKind.Type, $"{statement}: {register.Name} is .{register.Type}, the instruction takes .{type}");
        }
    }

    private static Func<Lane, ulong> Special(string name, Statement statement) => name switch
    {
        "%tid.x" => lane => (ulong)lane.Index.X,
        "%tid.y" => lane => (ulong)lane.Index.Y,
        "%tid.z" => lane => (ulong)lane.Index.Z,
        "%ntid.x" => lane => (ulong)lane.Block.Size.X,
        "%ntid.y" => lane => (ulong)lane.Block.Size.Y,
        "%ntid.z" => lane => (ulong)lane.Block.Size.Z,
        "%ctaid.x" => lane => (ulong)lane.Block.Index.X,
        "%ctaid.y" => lane => (ulong)lane.Block.Index.Y,
        "%ctaid.z" => lane => (ulong)lane.Block.Index.Z,
        "%nctaid.x" => lane => (ulong)lane.Block.GridSize.X,
        "%nctaid.y" => lane => (ulong)lane.Block.GridSize.Y,
        "%nctaid.z" => lane => (ulong)lane.Block.GridSize.Z,
        "%laneid" => lane => (ulong)lane.LaneNumber,
        "%dynamic_smem_size" => lane => (ulong)lane.Block.DynamicSharedBytes,
        _ => throw new PtxFaultException(FaultKind.Syntax, $"{statement}: {name} is not a declared register"),
    };

    private static ulong Constant(string text, string type, Statement statement)
    {
        if (text.StartsWith("0f", StringComparison.OrdinalIgnoreCase) && text.Length == 10)
        {
            uint bits = uint.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            return type is "f64" ? Bits.Of((double)BitConverter.UInt32BitsToSingle(bits)) : bits;
        }

        if (text.StartsWith("0d", StringComparison.OrdinalIgnoreCase) && text.Length == 18)
        {
            ulong bits = ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            return type is "f32" ? Bits.Of((float)BitConverter.UInt64BitsToDouble(bits)) : bits;
        }

        if (type[0] == 'f')
        {
            throw new PtxFaultException(FaultKind.Type, $"{statement}: {text} is not a floating-point constant");
        }

        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool isNumber = isHex
            ? long.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out long value)
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        if (!isNumber)
        {
            throw new PtxFaultException(FaultKind.Syntax, $"{statement}: {text} is neither a register nor a constant");
        }

        return type == "pred" ? Bits.Of(value != 0) : type.EndsWith("64", StringComparison.Ordinal) ? (ulong)value : (uint)value;
    }
}
