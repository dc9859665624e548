using System.Collections.Generic;
using System.Globalization;
using ILGPU.Ptx.Code;

namespace ILGPU.Ptx.Emission;

/// <summary>Numbers the registers that are left, each type from 1.</summary>
internal sealed class RegisterNames
{
    private readonly Dictionary<Register, string> _names = [];
    private readonly Dictionary<string, int> _counts = [];

    /// <summary>Registers in all.</summary>
    public int Count { get; private set; }

    public string Of(Register register)
    {
        if (!_names.TryGetValue(register, out string? name))
        {
            name = New(register.Type switch
            {
                DataType.Predicate => "%p",
                DataType.S64 => "%rd",
                DataType.F32 => "%f",
                DataType.F64 => "%fd",
                _ => "%r",
            });
            _names.Add(register, name);
        }

        return name;
    }

    /// <summary>A register that only the writer knows: %p, %r, %rd, %f, %fd, or %h of 16 bits.</summary>
    public string New(string prefix)
    {
        int number = _counts.GetValueOrDefault(prefix) + 1;
        _counts[prefix] = number;
        Count++;
        return prefix + number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Declarations for the head of the kernel.</summary>
    public IEnumerable<string> Declarations()
    {
        foreach ((string prefix, string type) in new[] { ("%p", "pred"), ("%h", "b16"), ("%r", "b32"), ("%rd", "b64"), ("%f", "f32"), ("%fd", "f64") })
        {
            if (_counts.TryGetValue(prefix, out int count))
            {
                yield return $".reg .{type} {prefix}<{count + 1}>;";
            }
        }
    }
}
