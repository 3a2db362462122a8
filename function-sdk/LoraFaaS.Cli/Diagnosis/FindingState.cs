using System.Text.Json.Serialization;

namespace LoraFaaS.Cli.Diagnosis;

/// <summary>How a finding bears on running the platform here.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FindingState>))]
internal enum FindingState
{
    /// <summary>There, and good.</summary>
    Good,

    /// <summary>The platform runs without it; the finding says what is lost.</summary>
    Limited,

    /// <summary>The platform does not run, or not as asked.</summary>
    Missing,
}
