using System.Text;
using LoraFaaS.Checkpoints.Tokenization;

namespace LoraFaaS.Engine.Generation;

/// <summary>
/// The text of a growing sequence: whole characters from tokens, stop strings held back and never given out. What it gives out is a function of
/// the tokens alone, so a resumed sequence that replays its tokens goes on exactly where the first life stopped.
/// </summary>
public sealed class GeneratedText(IncrementalDecoder decoder, StopMatcher stops)
{
    /// <summary>The stop string that ended the text.</summary>
    public string? StoppedBy => stops.Found;

    /// <summary>Appends what the token adds. False: a stop string is complete, and the text ends before it.</summary>
    public bool TryAppend(int token, StringBuilder output) => stops.TryAppend(decoder.Push(token), output);

    /// <summary>No token will come: gives out what was held back. False: the last bytes completed a stop string.</summary>
    public bool Complete(StringBuilder output)
    {
        if (!stops.TryAppend(decoder.Finish(), output))
        {
            return false;
        }

        stops.Flush(output);
        return true;
    }
}
