using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace DreamFusion.Ptx.Tests.Interpreter;

/// <summary>Reads PTX with one entry point. What it does not know is a syntax error: it is also the check of what the compiler writes.</summary>
public sealed partial class PtxParser
{
    private readonly PtxProgram _program = new();
    private readonly string _text;
    private int _at;

    private PtxParser(string text)
    {
        // Comments become spaces, so that lines keep their numbers.
        _text = Comments().Replace(text, match => new string([.. match.Value.Select(c => c == '\n' ? '\n' : ' ')]));
    }

    public static PtxProgram Parse(string text)
    {
        var parser = new PtxParser(text);
        parser.ReadModule();
        parser.Check();
        return parser._program;
    }

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"^\.(version|target|address_size)\s+(.+)$")]
    private static partial Regex Header();

    [GeneratedRegex(@"\.param\s+(?:\.align\s+(\d+)\s+)?\.(\w+)(?:\s+\.ptr(?:\s+\.\w+)?(?:\s+\.align\s+\d+)?)?\s+(\w+)(?:\[(\d+)\])?")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^\.(local|shared)\s+\.align\s+(\d+)\s+\.b8\s+([\w$]+)\[(\d*)\]$")]
    private static partial Regex Array();

    [GeneratedRegex(@"\.maxntid\s+(\d+)\s*,\s*(\d+)\s*,\s*(\d+)")]
    private static partial Regex LargestGroup();

    [GeneratedRegex(@"^\.reg\s+\.(\w+)\s+(.+)$")]
    private static partial Regex RegisterDeclaration();

    [GeneratedRegex(@"^(?:@(!?)(%\w+)\s+)?([a-z][\w.:]*)\s*(.*)$", RegexOptions.Singleline)]
    private static partial Regex Instruction();

    private PtxFaultException Error(string message) => new(FaultKind.Syntax, $"line {LineAt(_at)}: {message}");

    private int LineAt(int position) => 1 + _text.AsSpan(0, Math.Min(position, _text.Length)).Count('\n');

    private void ReadModule()
    {
        while (SkipSpace())
        {
            if (_text[_at] == '{')
            {
                throw Error("a body without an entry point");
            }

            int end = NextOf('\n', ';', '(');
            string line = _text[_at..end].Trim();
            if (Header().Match(line) is { Success: true } header)
            {
                Set(header.Groups[1].Value, header.Groups[2].Value.Trim());
                _at = end;
            }
            else if (line.Contains(".entry", StringComparison.Ordinal))
            {
                _program.Entry = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1];
                _at = end;
                ReadEntry();
            }
            else if (line.StartsWith(".extern .shared", StringComparison.Ordinal) || line.StartsWith(".shared", StringComparison.Ordinal))
            {
                Declare(line.Replace(".extern ", string.Empty, StringComparison.Ordinal));
                _at = end + 1;
            }
            else
            {
                throw Error($"'{line}' is not known");
            }
        }
    }

    private void Set(string name, string value)
    {
        if (name == "version")
        {
            _program.Version = value;
        }
        else if (name == "target")
        {
            _program.Target = value;
        }
        else if (value != "64")
        {
            throw Error("addresses have 64 bits");
        }
    }

    private void ReadEntry()
    {
        int open = _text.IndexOf('(', _at);
        int close = _text.IndexOf(')', _at);
        foreach (Match match in Parameter().Matches(_text[open..close]))
        {
            int size = match.Groups[4].Success ? Number(match.Groups[4].Value) : Width(match.Groups[2].Value) / 8;
            int alignment = match.Groups[1].Success ? Number(match.Groups[1].Value) : size;
            int offset = (_program.ParameterBytes + alignment - 1) / alignment * alignment;
            _program.Parameters.Add(match.Groups[3].Value, (offset, size));
            _program.ParameterBytes = offset + size;
        }

        _at = _text.IndexOf('{', close);
        if (LargestGroup().Match(_text[close.._at]) is { Success: true } limit)
        {
            _program.MaximumThreads = Number(limit.Groups[1].Value) * Number(limit.Groups[2].Value) * Number(limit.Groups[3].Value);
        }

        int depth = 0;
        do
        {
            SkipSpace();
            char c = _text[_at];
            if (c is '{' or '}')
            {
                depth += c == '{' ? 1 : -1;
                _at++;
            }
            else
            {
                ReadStatement();
            }
        }
        while (depth > 0);
    }

    private void ReadStatement()
    {
        int line = LineAt(_at);
        int end = NextOf(';', ':');
        // A colon inside an operand cannot be: labels stand alone.
        if (_text[end] == ':')
        {
            string label = _text[_at..end].Trim();
            if (!_program.Labels.TryAdd(label, _program.Statements.Count))
            {
                throw Error($"the label {label} appears twice");
            }

            _at = end + 1;
            return;
        }

        string statement = _text[_at..end].Trim();
        _at = end + 1;
        if (statement.StartsWith(".pragma", StringComparison.Ordinal))
        {
            return;
        }

        if (RegisterDeclaration().Match(statement) is { Success: true } declaration)
        {
            DeclareRegisters(declaration.Groups[1].Value, declaration.Groups[2].Value);
        }
        else if (statement.StartsWith('.'))
        {
            Declare(statement);
        }
        else
        {
            Match match = Instruction().Match(statement);
            if (!match.Success)
            {
                throw Error($"'{statement}' is not an instruction");
            }

            string? guard = match.Groups[2].Success ? match.Groups[2].Value : null;
            string[] parts = match.Groups[3].Value.Split('.', StringSplitOptions.RemoveEmptyEntries);
            _program.Statements.Add(new Statement(guard, match.Groups[1].Value == "!", parts, [.. SplitOperands(match.Groups[4].Value)], line));
        }
    }

    private void DeclareRegisters(string type, string names)
    {
        foreach (string name in names.Split(',', StringSplitOptions.TrimEntries))
        {
            int bracket = name.IndexOf('<', StringComparison.Ordinal);
            if (bracket < 0)
            {
                AddRegister(name, type);
                continue;
            }

            int count = Number(name[(bracket + 1)..^1]);
            for (int i = 0; i < count; i++)
            {
                AddRegister(name[..bracket] + i.ToString(CultureInfo.InvariantCulture), type);
            }
        }
    }

    private void AddRegister(string name, string type)
    {
        if (!_program.Registers.TryAdd(name, new RegisterInfo(name, _program.Registers.Count, type)))
        {
            throw Error($"the register {name} is declared twice");
        }
    }

    private void Declare(string statement)
    {
        if (Array().Match(statement) is not { Success: true } match)
        {
            throw Error($"'{statement}' is not a declaration");
        }

        bool isShared = match.Groups[1].Value == "shared";
        int alignment = Number(match.Groups[2].Value);
        int size = match.Groups[4].Length == 0 ? 0 : Number(match.Groups[4].Value);
        int used = isShared ? _program.SharedBytes : _program.LocalBytes;
        int offset = (used + alignment - 1) / alignment * alignment;
        _program.Arrays.Add(match.Groups[3].Value, new ArrayInfo(match.Groups[3].Value, isShared, offset, size));
        if (isShared)
        {
            _program.SharedBytes = offset + size;
        }
        else
        {
            _program.LocalBytes = offset + size;
        }
    }

    private void Check()
    {
        if (_program.Version.Length == 0 || _program.Target.Length == 0 || _program.Entry.Length == 0)
        {
            throw Error("version, target or entry point is missing");
        }

        foreach (Statement statement in _program.Statements)
        {
            if (statement.Opcode == "bra" && !_program.Labels.ContainsKey(statement.Operands[0]))
            {
                throw new PtxFaultException(FaultKind.Syntax, $"{statement}: the label does not exist");
            }
        }
    }

    // Commas inside brackets and braces belong to one operand.
    private static IEnumerable<string> SplitOperands(string text)
    {
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] is '[' or '{' ? 1 : text[i] is ']' or '}' ? -1 : 0;
            if ((text[i] is ',' or '|') && depth == 0)
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }

        if (text[start..].Trim() is { Length: > 0 } last)
        {
            yield return last;
        }
    }

    private bool SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }

        return _at < _text.Length;
    }

    private int NextOf(params char[] ends)
    {
        int found = _text.IndexOfAny(ends, _at);
        return found < 0 ? throw Error("the text ends in the middle") : found;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static int Width(string type) => Number(type[1..]);
}
