using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Xunit;

namespace DreamFusion.Cli.Tests;

/// <summary>docs/errors.md says what the program says: every command of the page is run in a folder as the page describes it.</summary>
public sealed partial class ErrorGalleryTests : IDisposable
{
    private const int EntryCount = 28;
    private readonly TemporaryFolder _folder = new();
    private readonly FileStream _lock;

    public ErrorGalleryTests()
    {
        foreach (string name in (string[])["thesis", "downloads/unet", "empty", "busy"])
        {
            Directory.CreateDirectory(_folder.File(name));
        }

        File.WriteAllText(_folder.File("notes.txt"), "buy milk\n");
        File.WriteAllText(_folder.File("thesis/chapter-1.txt"), "It is well known that\n");
        File.WriteAllText(_folder.File("downloads/unet/config.json"), "{}\n");
        File.WriteAllText(_folder.File("page.safetensors"), "<!DOCTYPE html><html><body>Sign in</body></html>\n");
        SafeTensors("cut.safetensors", 10);
        SafeTensors("other.safetensors", 16);
        File.WriteAllBytes(_folder.File("model.ckpt"), [0x50, 0x4B, 3, 4, 0, 0, 8, 8, 0, 0]);
        Tensors("xl.safetensors", "conditioner.embedders.1.model.ln_final.weight", [1280]);
        Tensors("inpainting.safetensors", "model.diffusion_model.input_blocks.0.0.weight", [320, 9, 3, 3]);
        Tensors("style.safetensors", "lora_unet_mid_block_attentions_0_proj_in.lora_down.weight", [4, 1280]);
        _lock = new FileStream(_folder.File("busy/.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }

    public void Dispose()
    {
        _lock.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_program_says_what_the_page_shows()
    {
        string page = File.ReadAllText(PagePath()).ReplaceLineEndings("\n");
        foreach (Match file in FilePattern().Matches(page))
        {
            File.WriteAllText(_folder.File(file.Groups["name"].Value), file.Groups["text"].Value);
        }

        Dictionary<string, byte[]> before = Contents();
        string[] blocks = [.. BlockPattern().Matches(page).Select(block => block.Groups["text"].Value)];
        Assert.Equal(Enumerable.Range(1, EntryCount), EntryPattern().Matches(page).Select(entry => int.Parse(entry.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.InRange(blocks.Length, EntryCount, 100);
        string[] shown = await Task.WhenAll(blocks.Chunk((blocks.Length + 1) / 2).Select(half => Task.Run(() => string.Concat(half.Select(Run)))));

        Assert.Equal(string.Concat(blocks), string.Concat(shown));
        // The run that diverges leaves its folder behind.
        Assert.Equal(before, Contents().Where(file => !file.Key.StartsWith(_folder.File("lost"), StringComparison.Ordinal)).ToDictionary());
        Assert.Contains("\"status\": \"diverged\"", File.ReadAllText(_folder.File("lost/run.json")), StringComparison.Ordinal);
    }

    private string Run(string block)
    {
        string command = block.Split('\n')[0];
        Assert.StartsWith("$ dfk ", command, StringComparison.Ordinal);
        DfkResult result = Dfk.RunIn(_folder.Path, Words(command["$ dfk ".Length..]));
        // Where the folder really is.
        string error = result.Error.ReplaceLineEndings("\n").Replace(Path.GetFullPath(_folder.Path), "~/things", StringComparison.Ordinal);
        string shown = FormattableString.Invariant($"{command}\n{error}exit code {result.ExitCode}\n");
        // What depends on the machine is not on the page.
        return Regex.IsMatch(shown, $"^{Regex.Escape(block).Replace("…", ".*", StringComparison.Ordinal)}$", RegexOptions.Singleline) ? block : shown;
    }

    // A shell's quotes, as far as the page uses them.
    private static string[] Words(string command) =>
    [
        .. WordPattern().Matches(command).Select(word => word.Groups["plain"].Success ? word.Groups["plain"].Value
            : word.Groups["quoted"].Success ? word.Groups["quoted"].Value
            : word.Groups["escaped"].Value.Replace("\\e", "\u001B", StringComparison.Ordinal)),
    ];

    private Dictionary<string, byte[]> Contents() =>
        Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith(".lock", StringComparison.Ordinal))
            .ToDictionary(path => path, File.ReadAllBytes);

    private void Tensors(string name, string key, long[] shape) =>
        RandomCheckpoints.TensorSource.WriteHollow(_folder.File(name), [new(key, shape, Pipeline.Checkpoints.TensorType.F16, () => [])]);

    private void SafeTensors(string name, int bytes)
    {
        byte[] header = Encoding.ASCII.GetBytes("""{"weight":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""");
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(_folder.File(name), [.. length, .. header, .. new byte[bytes]]);
    }

    private static string PagePath([CallerFilePath] string test = "")
    {
        // Built with mapped paths (/_/) the sources are found from the current folder upwards.
        string? root = File.Exists(test) ? Path.GetDirectoryName(test) : AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "docs", "errors.md")))
        {
            root = Path.GetDirectoryName(root);
        }

        return Path.Combine(root ?? throw new FileNotFoundException("docs/errors.md is not above the tests."), "docs", "errors.md");
    }

    [GeneratedRegex(@"^`(?<name>[\w.]+)`\n```yaml\n(?<text>[^`]*)```$", RegexOptions.Multiline)]
    private static partial Regex FilePattern();

    [GeneratedRegex(@"^```console\n(?<text>(?:.|\n)*?)```$", RegexOptions.Multiline)]
    private static partial Regex BlockPattern();

    [GeneratedRegex(@"^(?<number>\d+)\. ", RegexOptions.Multiline)]
    private static partial Regex EntryPattern();

    [GeneratedRegex("""\$'(?<escaped>[^']*)'|"(?<quoted>[^"]*)"|(?<plain>\S+)""")]
    private static partial Regex WordPattern();
}
