using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace DreamFusion.Ptx.Tests.RandomKernels;

/// <summary>
/// Writes a C# kernel at random: expressions over all number types, casts of all widths and signs, loops, branches, switches, structs, references and local
/// arrays. Every kernel ends and never divides by zero.
/// </summary>
internal sealed partial class KernelWriter(Random random)
{
    private static readonly string[] _integers = ["sbyte", "byte", "short", "ushort", "int", "uint", "long", "ulong"];
    private static readonly string[] _types = [.. _integers, "float", "double", "bool"];

    private readonly StringBuilder _text = new();
    private readonly List<(string Type, string Name)> _locals = [];
    private int _names;
    private int _indent = 2;

    /// <summary>The text of a static method.</summary>
    public string Write(string name)
    {
        _text.Append(CultureInfo.InvariantCulture, $"    public static void {name}(Index1D i, ArrayView<int> ints, ArrayView<long> longs, ArrayView<float> floats, ArrayView<double> doubles, ArrayView<ulong> result)\n    {{\n");
        Line("unchecked {");
        Line("ulong h = 17;");
        Line("Pair pair = default;");
        Line("Nested nested = new Nested(pair, ints[i]);");
        foreach (string type in _types)
        {
            Declare(type, Expression(type, 1));
        }

        int count = random.Next(4, 11);
        for (int s = 0; s < count; s++)
        {
            Statement(2);
        }

        foreach ((string _, string local) in _locals)
        {
            Line($"h = h * 31 + Fold({local});");
        }

        Line("h = h * 31 + Fold(pair.A) + Fold(pair.B) * 3 + Fold(pair.C) * 7 + Fold(nested.Inner.A) * 11 + Fold(nested.Inner.B) + Fold(nested.Wide);");
        Line("result[i] = h;");
        return _text.Append("    }}\n").ToString();
    }

    private void Line(string line) => _text.Append(' ', 4 * _indent).Append(line).Append('\n');

    private void Declare(string type, string value)
    {
        string name = $"v{_names++}";
        Line($"{type} {name} = {value};");
        _locals.Add((type, name));
    }

    private string Local(string type)
    {
        string[] fitting = [.. _locals.Where(local => local.Type == type).Select(local => local.Name)];
        return fitting.Length == 0 ? Literal(type) : fitting[random.Next(fitting.Length)];
    }

    private string AnyType() => _types[random.Next(_types.Length)];

    private void Statement(int depth)
    {
        switch (random.Next(depth > 0 ? 13 : 5))
        {
            case 0 or 1:
                string type = AnyType();
                Line($"{Local(type)} = {Expression(type, 3)};");
                break;
            case 2:
                string number = random.Next(3) == 0 ? "float" : _integers[random.Next(_integers.Length)];
                Line($"{Local(number)} {Pick("+=", "-=", "*=")} {Expression(number, 2)};");
                break;
            case 3:
                Line(Pick(
                    $"pair.A = {Expression("int", 2)};", $"pair.B = {Expression("float", 2)};", $"pair.C = {Expression("ushort", 2)};", "pair = nested.Inner;", "nested.Inner = pair;",
                    $"nested.Wide = {Expression("long", 2)};", $"pair = Mix(pair, {Expression("int", 1)});", "nested = new Nested(nested.Inner, nested.Wide + 1);"));
                break;
            case 4:
                Line(Pick(
                    $"Swap(ref {Local("int")}, ref pair.A);", $"Swap(ref {Local("int")}, ref {Local("int")});", $"Raise(ref {Local("long")}, {Expression("long", 1)});",
                    $"{Local("int")} = Early({Expression("int", 1)}, {Expression("float", 1)});", $"{Local("float")} = Blend<Half1>({Expression("float", 1)}) + Blend<Half2>({Expression("float", 1)});"));
                break;
            case 5 or 6:
                Line($"if ({Expression("bool", 2)})");
                Block(depth - 1);
                if (random.Next(2) == 0)
                {
                    Line("else");
                    Block(depth - 1);
                }

                break;
            case 7 or 8:
                string counter = $"k{_names++}";
                string limit = random.Next(2) == 0 ? random.Next(1, 6).ToString(CultureInfo.InvariantCulture) : $"({Expression("int", 1)} & 7)";
                Line($"for (int {counter} = 0; {counter} < {limit}; {counter}++)");
                Loop(depth - 1, counter);
                break;
            case 9:
                string rest = $"n{_names++}";
                Line($"int {rest} = {Expression("int", 1)} & 15;");
                Line($"while ({rest} > 0)");
                Line("{");
                _indent++;
                Line($"{rest} -= {random.Next(1, 4)};");
                Statement(0);
                _indent--;
                Line("}");
                break;
            case 10:
                Line($"switch ({Expression("int", 2)} & 3)");
                Line("{");
                for (int c = 0; c < random.Next(2, 5); c++)
                {
                    Line(c == 3 ? "    default:" : $"    case {c}:");
                    _indent += 2;
                    Statement(0);
                    Line("break;");
                    _indent -= 2;
                }

                Line("}");
                break;
            case 11:
                LocalArray();
                break;
            default:
                Line($"ref {Pick("int")} r{_names} = ref pair.A;");
                Line($"r{_names++} += {Expression("int", 2)};");
                break;
        }
    }

    private void Block(int depth)
    {
        Line("{");
        _indent++;
        int known = _locals.Count;
        for (int s = 0; s < random.Next(1, 3); s++)
        {
            Statement(depth);
        }

        _locals.RemoveRange(known, _locals.Count - known);
        _indent--;
        Line("}");
    }

    private void Loop(int depth, string counter)
    {
        Line("{");
        _indent++;
        if (random.Next(3) == 0)
        {
            Line($"if ({Expression("bool", 1)}) {Pick("break", "continue")};");
        }

        Line($"{Local("int")} += {counter};");
        Statement(depth);
        _indent--;
        Line("}");
    }

    private void LocalArray()
    {
        string type = Pick("int", "float", "byte", "long", "Pair");
        string name = $"array{_names++}";
        Line($"ArrayView<{type}> {name} = LocalMemory.Allocate<{type}>(8);");
        string index = $"k{_names++}";
        string value = type == "Pair" ? $"Mix(pair, {index})" : $"({type})({Expression(type, 1)} + {index})";
        Line($"for (int {index} = 0; {index} < 8; {index}++) {{ {name}[{index}] = {value}; }}");
        string place = random.Next(2) == 0 ? random.Next(8).ToString(CultureInfo.InvariantCulture) : $"{Expression("int", 1)} & 7";
        string target = type == "Pair" ? "pair" : Local(type);
        Line($"{name}[({place} + 1) & 7] = {name}[{place}];");
        Line($"{target} = {name}[({place} + 1) & 7];");
    }

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];

    private string Literal(string type) => type switch
    {
        "bool" => Pick("true", "false"),
        "float" => Pick("0f", "1.5f", "-3.25f", "1e10f", "1e-40f", "0.1f", "16777217f"),
        "double" => Pick("0.0", "-1.5", "1e300", "0.1", "4294967297.0"),
        "sbyte" => Pick("(sbyte)-128", "(sbyte)5", "(sbyte)127"),
        "byte" => Pick("(byte)0", "(byte)200", "(byte)255"),
        "short" => Pick("(short)-32768", "(short)99"),
        "ushort" => Pick("(ushort)65535", "(ushort)7"),
        "int" => Pick("0", "1", "-1", "2147483647", "(-2147483647 - 1)", "31", "77"),
        "uint" => Pick("0u", "1u", "4294967295u", "2147483648u", "40503u"),
        "long" => Pick("0L", "-1L", "9223372036854775807L", "4294967296L", "-77L"),
        _ => Pick("0ul", "1ul", "18446744073709551615ul", "9223372036854775808ul", "123456789123ul"),
    };

    private string Leaf(string type) => (type, random.Next(4)) switch
    {
        ("int", 0) => Pick("ints[i]", "pair.A", "i.X"),
        ("long", 0) => Pick("longs[i]", "nested.Wide"),
        ("float", 0) => Pick("floats[i]", "pair.B"),
        ("double", 0) => "doubles[i]",
        ("ushort", 0) => "pair.C",
        (_, 1) => Literal(type),
        _ => Local(type),
    };

    private string Expression(string type, int depth)
    {
        if (depth <= 0 || random.Next(6) == 0)
        {
            return Leaf(type);
        }

        int d = depth - 1;
        if (random.Next(7) == 0)
        {
            return $"({Expression("bool", d)} ? {Expression(type, d)} : {Expression(type, d)})";
        }

        return type switch
        {
            "bool" => Condition(d),
            "float" => Float("float", "MathF", "f", d),
            "double" => Float("double", "Math", string.Empty, d),
            "int" or "uint" or "long" or "ulong" => Integer(type, d),
            _ => $"({type})({Expression(Castable(), d)})",
        };
    }

    private string Castable() => random.Next(4) == 0 ? Pick("float", "double") : _integers[random.Next(_integers.Length)];

    private string Condition(int d)
    {
        string type = Pick("int", "uint", "long", "ulong", "float", "double", "byte", "sbyte", "short");
        return random.Next(5) switch
        {
            0 => $"({Expression("bool", d)} {Pick("&&", "||", "^", "&", "|", "==", "!=")} {Expression("bool", d)})",
            1 => $"(!{Expression("bool", d)})",
            _ => $"({Expression(type, d)} {Pick("<", "<=", ">", ">=", "==", "!=")} {Expression(type, d)})",
        };
    }

    private string Float(string type, string math, string suffix, int d) => random.Next(9) switch
    {
        0 => $"({type})({Expression(Castable(), d)})",
        1 => $"{math}.Sqrt({Expression(type, d)})",
        2 => $"{math}.{Pick("Abs", "Floor", "Ceiling", "Truncate")}({Expression(type, d)})",
        3 => $"{math}.{Pick("Min", "Max")}({Expression(type, d)}, {Expression(type, d)})",
        4 => $"{math}.FusedMultiplyAdd({Expression(type, d)}, {Expression(type, d)}, {Expression(type, d)})",
        5 => $"(-({Expression(type, d)}))",
        6 => $"({Expression(type, d)} / ({Expression(type, d)} + 3.5{suffix}))",
        _ => $"({Expression(type, d)} {Pick("+", "-", "*")} {Expression(type, d)})",
    };

    // Keeps rotated constants from the JIT, which folds them to numbers without their sign (CompilerTests.TheRemainderOfARotatedConstantHasItsSign).
    private static string Opaque(string expression, string type) => Variable().IsMatch(expression) ? expression : $"{expression} + ({type})i.X";

    [GeneratedRegex(@"\b([vknr]\d+|ints|longs|floats|doubles|pair|nested|i\.X)\b")]
    private static partial Regex Variable();

    private string Integer(string type, int d)
    {
        string bits = type is "int" or "uint" ? "uint" : "ulong";
        return random.Next(11) switch
        {
            0 or 1 => $"({type})({Expression(Castable(), d)})",
            // The old value waits on the stack while the variable changes.
            10 when _locals.Exists(local => local.Type == type) => $"({Local(type)}{Pick("++", "--")} {Pick("+", "^")} {Expression(type, d)})",
            2 => $"({Expression(type, d)} {Pick("<<", ">>", ">>>")} {Expression("int", d)})",
            3 => $"({Expression(type, d)} {Pick("/", "%")} ({type})(({Expression(type, d)} & 15) + 3))",
            4 => $"({type})(~{Expression(type, d)})",
            5 => $"Math.{Pick("Min", "Max")}({Expression(type, d)}, {Expression(type, d)})",
            6 => $"({type})BitOperations.{Pick("PopCount", "LeadingZeroCount", "TrailingZeroCount")}(({bits})({Expression(type, d)}))",
            7 => $"({type})BitOperations.{Pick("RotateLeft", "RotateRight")}(({bits})({Opaque(Expression(type, d), type)}), {Expression("int", d)})",
            _ => $"({Expression(type, d)} {Pick("+", "-", "*", "&", "|", "^")} {Expression(type, d)})",
        };
    }
}
