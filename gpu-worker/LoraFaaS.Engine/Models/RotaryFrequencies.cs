using System.Diagnostics;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Models;

/// <summary>
/// Rotary inverse frequencies [head_dim / 2], in float32 as the reference implementation (Hugging Face) computes them:
/// theta^(-2i / head_dim), then linear or Llama-3 stretching.
/// </summary>
internal static class RotaryFrequencies
{
    public static float[] For(BackboneShape shape)
    {
        var frequencies = new float[shape.HeadDim / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var exponent = 2f * i / shape.HeadDim;
            frequencies[i] = Stretch(1f / (float)Math.Pow(shape.RopeTheta, exponent), shape.RopeScaling);
        }

        return frequencies;
    }

    private static float Stretch(float frequency, RopeScaling? scaling) => scaling?.Kind switch
    {
        null => frequency,
        RopeScalingKind.Linear => frequency / scaling.Factor,
        RopeScalingKind.Llama3 => StretchLlama3(frequency, scaling),
        _ => throw new UnreachableException(),
    };

    /// <summary>Long waves are divided by the factor, short ones kept, and those between blended.</summary>
    private static float StretchLlama3(float frequency, RopeScaling scaling)
    {
        var original = (float)scaling.OriginalMaxPositions;
        var wavelength = 2f * MathF.PI / frequency;
        if (wavelength > original / scaling.LowFrequencyFactor)
        {
            return frequency / scaling.Factor;
        }

        if (wavelength < original / scaling.HighFrequencyFactor)
        {
            return frequency;
        }

        var smooth = (original / wavelength - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return (1f - smooth) * frequency / scaling.Factor + smooth * frequency;
    }
}
