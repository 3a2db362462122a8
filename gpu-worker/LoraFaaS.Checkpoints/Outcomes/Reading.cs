using System.Text.Json;

namespace LoraFaaS.Checkpoints.Outcomes;

/// <summary>Makes <see cref="Reading{T}"/> values; <see cref="Capture{T}"/> is the one place where a parser's inner exits become outcomes.</summary>
public static class Reading
{
    public static Reading<T> Accept<T>(T value) => new Reading<T>.Accepted(value);

    public static Reading<T> Refuse<T>(string field, string message) => new Reading<T>.Refused(new Refusal(field, message));

    /// <param name="file">Named in the refusal when the file as a whole cannot be read.</param>
    internal static Reading<T> Capture<T>(string file, Func<T> read)
    {
        try
        {
            return Accept(read());
        }
        catch (RefusedException refused)
        {
            return new Reading<T>.Refused(refused.Why);
        }
        catch (JsonException broken)
        {
            return Refuse<T>(file, $"is not valid JSON ({broken.Message})");
        }
        catch (FileNotFoundException)
        {
            return Refuse<T>(file, "does not exist");
        }
        catch (DirectoryNotFoundException)
        {
            return Refuse<T>(file, "does not exist");
        }
        catch (IOException failed)
        {
            return Refuse<T>(file, $"cannot be read ({failed.Message})");
        }
        catch (UnauthorizedAccessException denied)
        {
            return Refuse<T>(file, $"cannot be read ({denied.Message})");
        }
    }
}
