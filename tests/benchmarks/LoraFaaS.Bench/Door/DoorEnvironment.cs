namespace LoraFaaS.Bench.Door;

/// <summary>What a gateway's process has in its environment beside what the benchmark has.</summary>
internal sealed record DoorEnvironment(string Text, IReadOnlyDictionary<string, string?> Variables)
{
    public static DoorEnvironment Plain { get; } = new("", new Dictionary<string, string?>());

    /// <param name="text">NAME=VALUE, several with commas between.</param>
    public static DoorEnvironment Parse(string text) => new(
        text, text.Split(',').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[^1], StringComparer.Ordinal));

    public override string ToString() => Text.Length == 0 ? "" : ", with " + Text;
}
