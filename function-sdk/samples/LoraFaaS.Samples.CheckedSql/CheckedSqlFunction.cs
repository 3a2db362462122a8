using LoraFaaS.Functions;

namespace LoraFaaS.Samples.CheckedSql;

/// <summary>
/// Two generations for one call: a draft, and a second opinion drawn with some chance. SQL that uses a table or a column the question does not name is
/// never the answer; where the draft does and the second opinion does not, that is taken.
/// </summary>
public sealed class CheckedSqlFunction : ILoraFunction
{
    private const int Unprocessable = 422;
    private const float Chance = 0.4f;

    public async Task InvokeAsync(FunctionContext context, CancellationToken cancellationToken)
    {
        var question = context.Request.ReadText();

        if (TableShape.TryParse(question) is not { } table)
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("the body begins with Table NAME (COLUMN, COLUMN, …)", cancellationToken);
            return;
        }

        var draft = await context.Generator.GenerateAsync(question, cancellationToken);
        var second = await context.Generator.GenerateAsync(
            GenerationRequest.OfText(question) with { Sampling = new SamplingOptions { Temperature = Chance, Seed = 1 } }, cancellationToken);

        var answer = table.Allows(draft.Text) ? draft.Text : table.Allows(second.Text) ? second.Text : null;

        if (answer is null)
        {
            context.Log.Warning($"neither fits {table.Name}: {draft.Text} | {second.Text}");
            context.Response.StatusCode = Unprocessable;
            await context.Response.WriteAsync($"no SQL over {table.Name} alone was found", cancellationToken);
            return;
        }

        await context.Response.WriteJsonAsync(
            new SqlAnswer(answer, table.Name, draft.Text == second.Text, draft.Usage.CompletionTokens + second.Usage.CompletionTokens),
            CheckedSqlJson.Default.SqlAnswer,
            cancellationToken);
    }
}
