namespace LoraFaaS.Cli.Diagnosis;

/// <summary>One thing that was looked at.</summary>
/// <param name="Subject">What was looked at.</param>
/// <param name="State">What it means for running here.</param>
/// <param name="Found">What is there.</param>
/// <param name="Meaning">What follows, or what to do; empty where all is well.</param>
internal sealed record Finding(string Subject, FindingState State, string Found, string Meaning = "")
{
    public static Finding Good(string subject, string found) => new(subject, FindingState.Good, found);

    public static Finding Limited(string subject, string found, string meaning) => new(subject, FindingState.Limited, found, meaning);

    public static Finding Missing(string subject, string found, string meaning) => new(subject, FindingState.Missing, found, meaning);
}
