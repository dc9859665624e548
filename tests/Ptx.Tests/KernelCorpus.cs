using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using ILGPU.Ptx;

namespace DreamFusion.Ptx.Tests;

/// <summary>The reviewed PTX of all kernels for one target: a table of counts and hashes, and for sm_90 the texts.</summary>
internal sealed class KernelCorpus(int architecture, PtxMathMode math)
{
    private const string Head = "kernel,instructions,virtual registers,shared bytes,local bytes,sha256";

    private readonly SortedDictionary<string, (string Row, string Text)> _modules = new(StringComparer.Ordinal);

    private bool HoldsTexts => architecture == 90 && math == PtxMathMode.Strict;

    private string TableName => $"kernels.sm_{architecture}.{math}.csv";

    /// <summary>Adds a compiled kernel.</summary>
    public void Add(string kernel, PtxModule module)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(module.Text)))[..16];
        string row = string.Create(
            CultureInfo.InvariantCulture,
            $"\"{kernel}\",{module.InstructionCount},{module.RegisterCount},{module.SharedBytes},{module.LocalArrays.Sum(array => array.Size)},{hash}");
        _modules.Add(kernel, (row, module.Text));
    }

    /// <summary>What differs from the reviewed files; none where they are written anew.</summary>
    public IEnumerable<string> Differences()
    {
        string table = string.Join('\n', _modules.Values.Select(module => module.Row).Prepend(Head)) + "\n";
        string texts = string.Join('\n', _modules.Select(module => $"// {module.Key}\n{module.Value.Text}"));
        if (Environment.GetEnvironmentVariable("PTX_WRITE_GOLDEN") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, TableName), table);
            if (HoldsTexts)
            {
                File.WriteAllText(Path.Combine(folder, "kernels.sm_90.Strict.ptx"), texts);
            }

            yield break;
        }

        string[] expected = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "ptx", TableName));
        foreach (string row in expected.Except(_modules.Values.Select(module => module.Row).Prepend(Head)))
        {
            yield return $"reviewed, but not what is compiled now: {row}";
        }

        foreach (string row in _modules.Values.Select(module => module.Row).Except(expected))
        {
            yield return $"not reviewed: {row}; set PTX_WRITE_GOLDEN and read the difference";
        }

        if (HoldsTexts && File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "ptx", "kernels.sm_90.Strict.ptx")) != texts)
        {
            yield return "kernels.sm_90.Strict.ptx is not what is compiled now; set PTX_WRITE_GOLDEN and read the difference";
        }
    }
}
