using System.Text.Json;
using System.Text.RegularExpressions;

namespace LoraFaaS.Cli.Evaluation;

/// <summary>Reads an evaluation file: one JSON object a line, blank lines aside.</summary>
internal static class EvalFile
{
    /// <exception cref="UsageException">The file or a line of it is wrong; the message names the line.</exception>
    public static IReadOnlyList<EvalCase> Read(string path, int most)
    {
        try
        {
            return Parse(path, File.ReadLines(path), most);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {e.Message}");
        }
    }

    public static IReadOnlyList<EvalCase> Parse(string path, IEnumerable<string> lines, int most)
    {
        List<EvalCase> cases = [];

        foreach (var (index, line) in lines.Index())
        {
            if (cases.Count == most)
            {
                break;
            }

            if (!string.IsNullOrWhiteSpace(line))
            {
                cases.Add(ParseLine($"{path}:{index + 1}", line));
            }
        }

        return cases is not [] ? cases : throw new UsageException($"{path} holds no cases.");
    }

    private static EvalCase ParseLine(string where, string line)
    {
        EvalCase? one;

        try
        {
            one = JsonSerializer.Deserialize(line, CliJson.Default.EvalCase);
        }
        catch (JsonException e)
        {
            throw new UsageException($"{where}: {e.Message}");
        }

        if (one is null || (one.Expected is null) == (one.Pattern is null))
        {
            throw new UsageException($"{where}: a case has a prompt, and either \"expected\" or \"pattern\".");
        }

        if (one.Pattern is { } pattern && !IsPattern(pattern, out var why))
        {
            throw new UsageException($"{where}: pattern: {why}");
        }

        return one;
    }

    private static bool IsPattern(string pattern, out string why)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant);
            why = "";
            return true;
        }
        catch (ArgumentException e)
        {
            why = e.Message;
            return false;
        }
    }
}
