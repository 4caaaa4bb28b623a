//! What the box office costs, measured against services and limits of the same run:
//! `eval "$(./services env)"; cargo bench -p ticketing-server --bench measure -- NAME..`, where a
//! name is `ratios`, `reviews`, `ranking`, `events`, `line`, or one part of the line: `draw`, `embedded`, `redis`, `listeners`,
//! `users`.

mod connection;
mod events;
mod line;
mod office;
mod ranking;
mod ratios;
mod reviews;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let named: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if named == [office::GATEWAY] {
        return office::serve_gateway().await;
    }
    let known = |word: &String| {
        ["ratios", "reviews", "ranking", "events", "line"].contains(&&**word)
            || line::PARTS.contains(&&**word)
    };
    anyhow::ensure!(
        !named.is_empty() && named.iter().all(known),
        "name what to measure: ratios, reviews, ranking, events, line, or of the line: {}",
        line::PARTS.join(", ")
    );
    if named.iter().any(|word| word == "ratios") {
        ratios::measure().await?;
    }
    if named.iter().any(|word| word == "reviews") {
        reviews::measure().await?;
    }
    if named.iter().any(|word| word == "ranking") {
        ranking::measure().await?;
    }
    if named.iter().any(|word| word == "events") {
        events::measure().await?;
    }
    line::measure(&named).await
}
