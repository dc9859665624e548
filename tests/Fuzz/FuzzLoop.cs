using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Fuzz.Mutation;

namespace DreamFusion.Fuzz;

/// <summary>
/// Feeds a parser with mutated inputs. Input number i depends on seed, target and i alone, so that a run can be split, resumed
/// and repeated. Every input must be parsed, or refused with the documented error, within the documented time and memory.
/// </summary>
internal sealed class FuzzLoop
{
    private const int MostSaved = 40;
    private const int SavedPerKind = 3;
    private const int Repeats = 3;

    // Compilation and collections of the runtime are in the first measurement; only what looks slow is timed again.
    private const double TimedAgainShare = 0.05;

    private readonly FuzzTarget _target;
    private readonly string _folder;
    private readonly string _failures;
    private readonly Dictionary<string, int> _kinds = [];
    private string _dirty = "";

    /// <summary>Puts the target's files into a folder.</summary>
    /// <param name="target">The parser.</param>
    /// <param name="folder">Folder for the inputs, best in memory; its files are overwritten.</param>
    /// <param name="failures">Folder for inputs that failed; made when there is one.</param>
    public FuzzLoop(FuzzTarget target, string folder, string failures)
    {
        _target = target;
        _folder = folder;
        _failures = failures;
        foreach ((string file, byte[] bytes) in target.Companions.Select(c => (c.Key, c.Value)).Concat(target.Seeds.DistinctBy(s => s.File).Select(s => (s.File, s.Bytes))))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
            Put(file, bytes);
        }
    }

    /// <summary>The input in progress, for a watch on another thread.</summary>
    public byte[]? Current { get; private set; }

    /// <summary>When it began, a time stamp of <see cref="Stopwatch"/>; 0 between inputs.</summary>
    public long CurrentStarted { get; private set; }

    /// <summary>Makes an input.</summary>
    public static FuzzSeed Make(FuzzTarget target, ulong seed, long index)
    {
        RandomSource random = RandomSource.For(seed, target.Name, index);
        FuzzSeed start = random.Pick(target.Seeds);
        byte[] input = start.Bytes;
        int steps = 1 + (random.OneIn(2) ? random.Below(4) : 0);
        for (int step = 0; step < steps; step++)
        {
            bool knowing = target.Mutations.Count > 0 && !random.OneIn(3);
            input = (knowing ? random.Pick(target.Mutations) : ByteMutations.Any)(random, input, target);
        }

        return new FuzzSeed(start.File, input.Length > target.MaxInput ? input[..target.MaxInput] : input);
    }

    /// <summary>Runs some inputs from <see cref="FuzzFigures.Next"/> on.</summary>
    public void Run(FuzzFigures figures, long count)
    {
        long began = Stopwatch.GetTimestamp();
        for (long end = figures.Next + count; figures.Next < end; figures.Next++)
        {
            FuzzSeed input = Make(_target, figures.Seed, figures.Next);
            Judge(figures, input);
        }

        using var process = Process.GetCurrentProcess();
        figures.PeakResident = Math.Max(figures.PeakResident, process.PeakWorkingSet64);
        figures.Seconds += Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Parses one input and notes what happened.</summary>
    public void Judge(FuzzFigures figures, FuzzSeed input)
    {
        Place(input);
        Current = input.Bytes;
        (Exception? error, double milliseconds, long bytes) = Measure(input.File);
        bool clean = error is null || _target.IsRefusal(error);
        if (!clean)
        {
            Fail(figures, input, "exception", error!.ToString());
        }
        else if (error is null)
        {
            figures.Accepted++;
        }
        else
        {
            figures.Refused++;
        }

        if (milliseconds > figures.SlowestMilliseconds && milliseconds > TimedAgainShare * _target.MaxMilliseconds)
        {
            for (int i = 1; i < Repeats; i++)
            {
                Place(input);
                milliseconds = Math.Min(milliseconds, Measure(input.File).Milliseconds);
            }
        }

        Note(figures, input, milliseconds, bytes);
        if (clean && milliseconds > _target.MaxMilliseconds)
        {
            Fail(figures, input, "time", string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms for {input.Bytes.Length} bytes; at most {_target.MaxMilliseconds} ms"));
        }
        else if (clean && bytes > _target.Allocation.For(input.Bytes.Length))
        {
            Fail(figures, input, "allocation", string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes for {input.Bytes.Length} bytes; at most {_target.Allocation.For(input.Bytes.Length)}"));
        }

        Current = null;
    }

    private static void Note(FuzzFigures figures, FuzzSeed input, double milliseconds, long bytes, AllocationBound bound)
    {
        if (milliseconds > figures.SlowestMilliseconds)
        {
            (figures.SlowestMilliseconds, figures.SlowestIndex, figures.SlowestSize) = (milliseconds, figures.Next, input.Bytes.Length);
        }

        if (bytes > figures.PeakAllocation)
        {
            (figures.PeakAllocation, figures.PeakIndex, figures.PeakSize) = (bytes, figures.Next, input.Bytes.Length);
        }

        figures.LargestShareOfBound = Math.Max(figures.LargestShareOfBound, (double)bytes / bound.For(input.Bytes.Length));
    }

    private void Note(FuzzFigures figures, FuzzSeed input, double milliseconds, long bytes) => Note(figures, input, milliseconds, bytes, _target.Allocation);

    private (Exception? Error, double Milliseconds, long Bytes) Measure(string file)
    {
        Exception? error = null;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        CurrentStarted = Stopwatch.GetTimestamp();
        // The process's own time: on a machine with other work a clock would mostly measure that.
        TimeSpan used = Environment.CpuUsage.TotalTime;
        try
        {
            _target.Parse(_folder, file);
        }
        catch (Exception e)
        {
            error = e;
        }

        double milliseconds = (Environment.CpuUsage.TotalTime - used).TotalMilliseconds;
        CurrentStarted = 0;
        return (error, milliseconds, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    // Of a folder's files one at a time is wrong.
    private void Place(FuzzSeed input)
    {
        if (_dirty.Length > 0 && _dirty != input.File)
        {
            Put(_dirty, _target.Seeds.First(seed => seed.File == _dirty).Bytes);
        }

        _dirty = input.File;
        Put(input.File, input.Bytes);
    }

    private void Put(string file, byte[] bytes) => File.WriteAllBytes(Path.Combine(_folder, file), bytes);

    private void Fail(FuzzFigures figures, FuzzSeed input, string kind, string detail)
    {
        figures.Failed++;
        // The first frame tells one mistake from another; its line breaks are the exception's.
        string[] lines = detail.Split('\n');
        string place = kind + "|" + (lines.FirstOrDefault(l => l.TrimStart().StartsWith("at DreamFusion", StringComparison.Ordinal)) ?? lines[0]);
        int seen = _kinds[place] = _kinds.GetValueOrDefault(place) + 1;
        if (seen > SavedPerKind || figures.Failures.Count >= MostSaved)
        {
            return;
        }

        figures.Failures.Add(new FuzzFailure(figures.Next, kind, lines[0].Trim(), Save(figures, input, detail)));
    }

    private string Save(FuzzFigures figures, FuzzSeed input, string detail)
    {
        Directory.CreateDirectory(_failures);
        string path = Path.Combine(_failures, string.Create(CultureInfo.InvariantCulture, $"{_target.Name}-{figures.Seed}-{figures.Next}-{Path.GetFileName(input.File)}"));
        File.WriteAllBytes(path, input.Bytes);
        File.WriteAllText(path + ".txt", detail + "\n");
        return path;
    }
}
