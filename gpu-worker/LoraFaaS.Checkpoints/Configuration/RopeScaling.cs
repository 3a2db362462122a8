namespace LoraFaaS.Checkpoints.Configuration;

/// <summary>How rotary frequencies are stretched beyond the trained context.</summary>
public abstract record RopeScaling
{
    private RopeScaling()
    {
    }

    /// <summary>Frequencies as trained.</summary>
    public sealed record None : RopeScaling;

    /// <summary>Every frequency divided by the factor.</summary>
    public sealed record Linear(double Factor) : RopeScaling;

    /// <summary>
    /// Llama 3.1: wavelengths beyond original/low are divided by the factor, those under original/high are kept,
    /// and between the two the frequency is blended linearly.
    /// </summary>
    public sealed record Llama3(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalMaxPositions) : RopeScaling;
}
