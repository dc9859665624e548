namespace DreamFusion.Pipeline.Import;

/// <summary>How far an import is.</summary>
/// <param name="Activity">What it does now, in words.</param>
/// <param name="DoneBytes">Bytes read for checksums and written so far.</param>
/// <param name="TotalBytes">Bytes that it will have read and written, about.</param>
public sealed record ImportProgress(string Activity, long DoneBytes, long TotalBytes);
