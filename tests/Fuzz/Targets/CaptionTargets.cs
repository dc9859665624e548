using System.IO;
using System.Text;
using DreamFusion.Fuzz.Mutation;
using DreamFusion.Pipeline;
using DreamFusion.Pipeline.Evaluation;

namespace DreamFusion.Fuzz.Targets;

/// <summary>The lists that <c>dfk eval</c> reads.</summary>
internal static class CaptionTargets
{
    /// <summary>captions.tsv of a folder of pictures, captions, and prompts.</summary>
    public static FuzzTarget Create() => new()
    {
        Name = "captions",
        What = "captions.tsv of a folder of pictures, files of captions and of prompts",
        Seeds =
        [
            new("captions.tsv", Encoding.UTF8.GetBytes("file\tcaption\tview\tazimuth\tgroup\n1.png\ta red cube\tfront\t0\ta\n2.png\ta hamburger\tback\t180.5\tb\n")),
            new("captions.txt", Encoding.UTF8.GetBytes("a cube\r\na red cube\n\nein Hämburger\n")),
            new("prompts.txt", Encoding.UTF8.GetBytes("a cube\na red chair\n")),
        ],
        Mutations = [TextMutations.Any],
        Parse = (folder, file) =>
        {
            string path = Path.Combine(folder, file);
            switch (file)
            {
                case "captions.tsv":
                    CaptionedPictures.Open(folder);
                    break;
                case "captions.txt":
                    CaptionRetrieval.ReadFile(path);
                    break;
                default:
                    PromptSet.Read(path, [0, 1], "runs");
                    break;
            }
        },
        Error = typeof(DfkException),
        Allocation = new AllocationBound(1000, 1 << 20),
    };
}
