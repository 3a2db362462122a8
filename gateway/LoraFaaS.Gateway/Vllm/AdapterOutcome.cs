namespace LoraFaaS.Gateway.Vllm;

/// <summary>What came of loading or unloading.</summary>
internal abstract record AdapterOutcome
{
    private AdapterOutcome()
    {
    }

    public sealed record Done(string Message) : AdapterOutcome;

    /// <param name="Type">vLLM's word: InvalidUserInput, NotFoundError, InternalServerError.</param>
    public sealed record Refused(int Status, string Type, string Message) : AdapterOutcome;

    public static Refused Invalid(string message) => new(StatusCodes.Status400BadRequest, "InvalidUserInput", message);

    public static Refused NotFound(string message) => new(StatusCodes.Status404NotFound, "NotFoundError", message);

    /// <summary>The controller's own word: a refusal is the caller's to mend, anything else is not.</summary>
    public static Refused From(int status, string message) => status is >= 400 and < 500
        ? Invalid(message)
        : new Refused(status is StatusCodes.Status503ServiceUnavailable ? status : StatusCodes.Status500InternalServerError, "InternalServerError", message);
}
