namespace LoraFaaS.Gateway.Authentication;

/// <summary>Reads the password; what cannot be used is said in one line that names the setting.</summary>
internal static class PasswordFile
{
    /// <summary>Null when the file can be used, else why not.</summary>
    public static string? Check(string path)
    {
        try
        {
            return Read(path).Length == 0 ? $"Gateway:PasswordFile: {path} is empty" : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"Gateway:PasswordFile: {exception.Message}";
        }
    }

    public static string Read(string path) => File.ReadAllText(path).TrimEnd('\r', '\n');
}
