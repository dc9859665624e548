using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using DreamFusion.Fuzz;
using DreamFusion.Fuzz.Mutation;
using DreamFusion.Fuzz.Targets;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Fuzz;

/// <summary>A short run of the fuzz driver over every parser, and tests of the driver itself. docs/testing.md has the long runs.</summary>
public sealed class FuzzTests
{
    private const int Inputs = 1000;
    private const int InputsWithOnnxRuntime = 40;

    public static TheoryData<string> Names => [.. FuzzTargets.All().Select(target => target.Name)];

    private static FuzzTarget Find(string name) => FuzzTargets.All().Single(target => target.Name == name);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_seed_is_a_valid_file(string name)
    {
        FuzzTarget target = Find(name);
        using TemporaryFolder folder = new();
        FuzzLoop loop = new(target, folder.Path, folder.File("failures"));
        foreach (FuzzSeed seed in target.Seeds.Where(seed => !ReadsOnlyInside(name, seed)))
        {
            FuzzFigures figures = New(target);
            loop.Judge(figures, seed);
            Assert.True(figures.Accepted == 1, $"{name}: {seed.File} of {seed.Bytes.Length} bytes: {string.Join("; ", figures.Failures)} {Refusal(target, folder.Path, seed)}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Mutated_files_are_read_or_refused_within_bounds(string name)
    {
        FuzzTarget target = Find(name);
        using TemporaryFolder folder = new();
        FuzzFigures figures = New(target);
        new FuzzLoop(target, folder.Path, folder.File("failures")).Run(figures, name == "onnx-gradient" ? InputsWithOnnxRuntime : Inputs);

        // Time depends on what else the machine does; it is what the long runs measure.
        Assert.Empty(figures.Failures.Where(failure => failure.Kind != "time").Select(failure => $"input {failure.Index}: {failure.Detail}"));
        Assert.NotEqual(0, figures.Refused);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_bytes_are_read_or_refused(string name)
    {
        FuzzTarget target = Find(name);
        using TemporaryFolder folder = new();
        FuzzLoop loop = new(target, folder.Path, folder.File("failures"));
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            FuzzFigures figures = New(target);
            loop.Judge(figures, new FuzzSeed(target.Seeds[0].File, bytes));
            return figures.Failures.All(failure => failure.Kind == "time");
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Inputs_depend_on_seed_and_number_alone()
    {
        FuzzTarget target = Find("safetensors");
        byte[][] once = [.. Enumerable.Range(0, 50).Select(i => FuzzLoop.Make(target, 9, i).Bytes)];
        byte[][] backwards = [.. Enumerable.Range(0, 50).Reverse().Select(i => FuzzLoop.Make(target, 9, i).Bytes).Reverse()];
        Assert.Equal(once, backwards);
        Assert.NotEqual(once[0], FuzzLoop.Make(target, 10, 0).Bytes);
        Assert.InRange(once.Select(Convert.ToHexString).Distinct().Count(), 40, 50);
    }

    [Fact]
    public void A_parser_that_throws_something_else_is_found_and_its_input_kept()
    {
        using TemporaryFolder folder = new();
        FuzzFigures figures = Broken(folder, bytes => bytes.Length > 0 && bytes[0] > 200 ? bytes[bytes.Length] : 0);
        Assert.NotEqual(0, figures.Failed);
        Assert.Equal("exception", figures.Failures[0].Kind);
        Assert.Contains(nameof(IndexOutOfRangeException), figures.Failures[0].Detail, StringComparison.Ordinal);
        Assert.InRange(File.ReadAllBytes(figures.Failures[0].File!)[0], 201, 255);
        Assert.Equal(figures.Inputs, figures.Accepted + figures.Refused + figures.Failed);
    }

    [Fact]
    public void A_parser_that_allocates_what_a_number_in_the_file_says_is_found()
    {
        using TemporaryFolder folder = new();
        FuzzFigures figures = Broken(folder, bytes => bytes.Length < 4 ? 0 : new byte[BitConverter.ToUInt32(bytes) % 10_000_000].Length);
        Assert.NotEqual(0, figures.Failed);
        Assert.Contains(figures.Failures, failure => failure.Kind == "allocation");
    }

    [Fact]
    public void Changes_of_a_message_inside_keep_the_lengths_around_it()
    {
        FuzzTarget target = Find("onnx");
        FuzzSeed seed = target.Seeds.MinBy(s => s.Bytes.Length)!;
        int readable = 0;
        for (int i = 0; i < 200; i++)
        {
            byte[] changed = ProtobufMutations.Any(RandomSource.For(1, "test", i), seed.Bytes, target);
            try
            {
                Pipeline.Guidance.Onnx.Format.ModelProto.Parser.ParseFrom(changed);
                readable++;
            }
            catch (Google.Protobuf.InvalidProtocolBufferException)
            {
                continue;
            }
        }

        Assert.InRange(readable, 60, 199);
    }

    // Seeds whose purpose is what stands in them, not to be used as a whole.
    private static bool ReadsOnlyInside(string name, FuzzSeed seed) =>
        name == "configuration" && Encoding.UTF8.GetString(seed.Bytes) is var text && (text.Contains("dmtet", StringComparison.Ordinal) || text.Contains("_target_", StringComparison.Ordinal) || text.Contains("model_key", StringComparison.Ordinal));

    private static string Refusal(FuzzTarget target, string folder, FuzzSeed seed) => Record.Exception(() => target.Parse(folder, seed.File))?.Message ?? "";

    private static FuzzFigures New(FuzzTarget target) => new() { Target = target.Name, Seed = 1, From = 0, Next = 0 };

    private static FuzzFigures Broken(TemporaryFolder folder, Func<byte[], int> parse)
    {
        FuzzTarget target = new()
        {
            Name = "broken",
            What = "a parser with a mistake",
            Seeds = [new FuzzSeed("file", Encoding.ASCII.GetBytes("a file"))],
            Mutations = new List<InputMutation>(),
            Parse = (path, file) => parse(File.ReadAllBytes(Path.Combine(path, file))),
            Error = typeof(DfkException),
            Allocation = new AllocationBound(10, 100_000),
        };
        FuzzFigures figures = New(target);
        new FuzzLoop(target, folder.Path, folder.File("failures")).Run(figures, 500);
        return figures;
    }
}
