using System;

namespace DreamFusion.Pipeline.Import;

/// <summary>Adds up what the parts of an import have done.</summary>
internal sealed class ImportMeter(IProgress<ImportProgress>? progress, long totalBytes)
{
    private long _before;
    private long _part;
    private string _activity = "";

    /// <summary>A part begins.</summary>
    public void Begin(string activity)
    {
        (_activity, _before, _part) = (activity, _before + _part, 0);
        Report();
    }

    /// <summary>Some bytes more of the part.</summary>
    public void Add(long bytes)
    {
        _part += bytes;
        Report();
    }

    /// <summary>Takes the bytes of a part from its start, as graphs report them.</summary>
    public IProgress<long> OfPart => new Part(this);

    private void Report() => progress?.Report(new ImportProgress(_activity, Math.Min(_before + _part, totalBytes), totalBytes));

    // System.Progress would report on another thread, in any order.
    private sealed class Part(ImportMeter meter) : IProgress<long>
    {
        public void Report(long value)
        {
            meter._part = value;
            meter.Report();
        }
    }
}
