using LoraFaaS.Checkpoints.Json;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Configuration;

/// <summary>
/// The rotary settings, in both spellings: <c>rope_theta</c> with <c>rope_scaling</c>, and the newer <c>rope_parameters</c>
/// that holds both. The kind is <c>rope_type</c>, formerly <c>type</c>.
/// </summary>
internal static class RopeReader
{
    private const double DefaultTheta = 10_000;

    public static double Theta(JsonFields fields) =>
        Settings(fields)?.NumberOrNull("rope_theta", 1, 1e12)
        ?? fields.NumberOrNull("rope_theta", 1, 1e12)
        ?? DefaultTheta;

    public static RopeScaling Scaling(JsonFields fields)
    {
        if (Settings(fields) is not { } rope)
        {
            return new RopeScaling.None();
        }

        var name = rope.Has("rope_type") ? "rope_type" : "type";
        return rope.TextOrNull(name) switch
        {
            null or "default" => new RopeScaling.None(),
            "linear" => new RopeScaling.Linear(Factor(rope)),
            "llama3" => Llama3(rope, fields),
            var other => throw new RefusedException(rope.PathOf(name), $"'{other}' is not supported; default, linear and llama3 are"),
        };
    }

    private static RopeScaling.Llama3 Llama3(JsonFields rope, JsonFields fields)
    {
        var low = rope.Number("low_freq_factor", 1e-6, 1e6);
        var high = rope.Number("high_freq_factor", 1e-6, 1e6);
        if (high <= low)
        {
            throw new RefusedException(rope.PathOf("high_freq_factor"), "must exceed low_freq_factor");
        }

        var original = rope.Int32OrNull("original_max_position_embeddings", 1, int.MaxValue)
            ?? fields.Int32("original_max_position_embeddings", 1, int.MaxValue);

        return new RopeScaling.Llama3(Factor(rope), low, high, original);
    }

    private static double Factor(JsonFields rope) => rope.Number("factor", 1, 1e6);

    private static JsonFields? Settings(JsonFields fields) => fields.ObjectOrNull("rope_parameters") ?? fields.ObjectOrNull("rope_scaling");
}
